import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { createBanStore } from '../../shared/cache/ban-store.ts';
import { banVerdict, namesOf } from '../../shared/cache/bans.ts';
import { cooldownKey } from '../../shared/cache/keys.ts';
import { CONNECT_NEEDS, SPOTIFY_PLATFORM, SYNC_NEEDS } from '../../shared/spotify-platform.ts';
import { NOON } from '../support/a-clock.ts';
import { TABLES } from '../support/dynalite.ts';
import { createFakeTables } from '../support/fake-tables.ts';

const runbook = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8');

/** The update of the lever "Stop every call to Spotify", as the runbook has it. */
function updateOfRunbook(): { key: unknown; expression: string; names: string[] } {
  const [, script = ''] = /\*\*Stop every call to Spotify[\s\S]*?```sh\n([\s\S]*?)```/.exec(runbook) ?? [];
  const [, key = ''] = /--key '(.*)'/.exec(script) ?? [];
  const [, expression = ''] = /--update-expression '(.*)'/.exec(script) ?? [];
  const names = [...script.matchAll(/\\"(:\w)\\"/g)].map(([, name = '']) => name);
  return { key: JSON.parse(key), expression, names };
}

it('the lever that stops every call to Spotify does, for half an hour, and then one call probes', async () => {
  const { key, expression, names } = updateOfRunbook();
  expect(key).toEqual({ pk: { S: cooldownKey.pk } });
  expect(names).toEqual([':u', ':n', ':e']);
  const { db } = createFakeTables();
  const bans = createBanStore({ db, table: TABLES.cache });
  const untilMs = NOON + 1_800_000;

  await db.send(
    new UpdateCommand({
      TableName: TABLES.cache,
      Key: cooldownKey,
      UpdateExpression: expression,
      ExpressionAttributeValues: { ':u': untilMs, ':n': NOON, ':e': untilMs / 1000 + 86_400 },
    }),
  );

  for (const needs of [namesOf(SPOTIFY_PLATFORM.needs), SYNC_NEEDS, CONNECT_NEEDS]) {
    const during = banVerdict(await bans.read(NOON), needs, NOON);
    expect(during).toEqual({ kind: 'denied', retryAfterSeconds: 1_800 });
    const after = banVerdict(await bans.read(untilMs), needs, untilMs);
    expect(after).toMatchObject({
      kind: 'allowed',
      probes: [[expect.any(String), { untilMs }], ...(needs === CONNECT_NEEDS ? [] : [expect.anything()])],
    });
  }
});

it('the lever that lets calls go on ends a ban at once, whatever it was of', async () => {
  const [, key = ''] = /\*\*Let calls go on[\s\S]*?delete-item .*? --key '(.*?)'`/.exec(runbook) ?? [];
  expect(JSON.parse(key)).toEqual({ pk: { S: cooldownKey.pk } });
  const { db } = createFakeTables();
  const bans = createBanStore({ db, table: TABLES.cache });
  const banned = { allUntil: NOON + 1_800_000, tokenUntil: NOON + 1_800_000, allSince: NOON };
  await db.send(new PutCommand({ TableName: TABLES.cache, Item: { ...cooldownKey, ...banned } }));
  await db.send(new DeleteCommand({ TableName: TABLES.cache, Key: cooldownKey }));

  for (const needs of [namesOf(SPOTIFY_PLATFORM.needs), SYNC_NEEDS, CONNECT_NEEDS])
    expect(banVerdict(await bans.read(NOON), needs, NOON)).toMatchObject({ kind: 'allowed', probes: [] });
});
