import { randomUUID } from 'node:crypto';
import { appendFile, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { countsAsGrant } from '../../../../infra/local/spotify/grants.ts';
import { openJournal } from '../../../../infra/local/spotify/journal.ts';
import { startSpotify } from './spotify-harness.ts';

const HOUR_MS = 3_600_000;

describe('an access token', () => {
  test('works for an hour and not a millisecond longer', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    spotify.clock.advance(HOUR_MS - 1);
    expect((await spotify.api('/v1/me', tokens)).status).toBe(200);
    spotify.clock.advance(1);
    const expired = await spotify.api('/v1/me', tokens);
    expect(expired.status).toBe(401);
    expect(expired.json).toEqual({ error: { status: 401, message: 'The access token expired' } });
  });
});

describe('six months after consent', () => {
  test('the refresh token has expired, however often it was used', async () => {
    const spotify = await startSpotify();
    const { refresh_token } = await spotify.connect();
    spotify.clock.moveTo('2027-05-22T11:59:59.999Z');
    expect((await spotify.refresh(refresh_token)).status).toBe(200);
    spotify.clock.advance(1);
    expect((await spotify.refresh(refresh_token)).json).toEqual({
      error: 'invalid_grant',
      error_description: 'Refresh token expired',
    });
  });

  test('rotating has not prolonged it', async () => {
    const spotify = await startSpotify();
    const { refresh_token } = await spotify.connect();
    spotify.accounts.set('alma', { rotate: true });
    spotify.clock.moveTo('2027-05-01T00:00:00.000Z');
    const rotated = (await spotify.refresh(refresh_token)).json.refresh_token;
    spotify.clock.moveTo('2027-05-22T12:00:00.000Z');
    expect((await spotify.refresh(rotated)).json.error_description).toBe('Refresh token expired');
  });

  test('a consent of 31 August ends with February', async () => {
    const spotify = await startSpotify();
    spotify.clock.moveTo('2026-08-31T10:00:00.000Z');
    const { refresh_token } = await spotify.connect();
    spotify.clock.moveTo('2027-02-28T09:59:59.999Z');
    expect((await spotify.refresh(refresh_token)).status).toBe(200);
    spotify.clock.advance(1);
    expect((await spotify.refresh(refresh_token)).status).toBe(400);
  });
});

describe.each([
  ['revoked', 'Refresh token revoked'],
  ['expired', 'Refresh token expired'],
])('mode %s', (mode, description) => {
  test('ends the refresh tokens given before it was set', async () => {
    const spotify = await startSpotify();
    const { refresh_token } = await spotify.connect();
    spotify.accounts.set('alma', { mode });
    const refused = await spotify.refresh(refresh_token);
    expect(refused.status).toBe(400);
    expect(refused.json).toEqual({ error: 'invalid_grant', error_description: description });
  });

  test('leaves an access token already issued working until its hour is over', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    spotify.accounts.set('alma', { mode });
    spotify.clock.advance(HOUR_MS - 1);
    expect((await spotify.api('/v1/me/top/artists', tokens)).status).toBe(200);
    spotify.clock.advance(1);
    expect((await spotify.api('/v1/me/top/artists', tokens)).status).toBe(401);
  });

  test('a person who reconnects is let in, while the old token stays dead', async () => {
    const spotify = await startSpotify();
    const old = await spotify.connect();
    spotify.accounts.set('alma', { mode });
    const anew = await spotify.connect();
    expect((await spotify.refresh(anew.refresh_token)).status).toBe(200);
    expect((await spotify.refresh(old.refresh_token)).status).toBe(400);
  });

  test('set again, it ends the new consent too; other settings do not', async () => {
    const spotify = await startSpotify();
    spotify.accounts.set('alma', { mode });
    const { refresh_token } = await spotify.connect();
    spotify.accounts.set('alma', { latency_ms: 0 });
    expect((await spotify.refresh(refresh_token)).status).toBe(200);
    spotify.accounts.set('alma', { mode });
    expect((await spotify.refresh(refresh_token)).status).toBe(400);
  });

  test('back to ok, the tokens live again, as after the outage that called valid tokens invalid', async () => {
    const spotify = await startSpotify();
    const { refresh_token } = await spotify.connect();
    spotify.accounts.set('alma', { mode });
    spotify.accounts.set('alma', { mode: 'ok' });
    expect((await spotify.refresh(refresh_token)).status).toBe(200);
    spotify.accounts.set('alma', { mode });
    expect((await spotify.refresh(refresh_token)).status).toBe(400);
  });

  test('touches no other account', async () => {
    const spotify = await startSpotify();
    const other = await spotify.connect('other');
    spotify.accounts.set('alma', { mode });
    expect((await spotify.refresh(other.refresh_token)).status).toBe(200);
  });
});

describe('a stand-in that is started again', () => {
  async function fileOf(): Promise<string> {
    const keptIn = join(tmpdir(), `consents-${randomUUID()}.jsonl`);
    onTestFinished(() => rm(keptIn));
    return keptIn;
  }

  test('knows who was connected, when it was given a file to keep that in', async () => {
    const keptIn = await fileOf();
    const yesterday = await startSpotify({ keptIn });
    const { refresh_token } = await yesterday.connect();
    await yesterday.close();
    const today = await startSpotify({ keptIn });
    expect((await today.refresh(refresh_token)).status).toBe(200);
  });

  test('knows it also when the one before was killed: each token was written before it was given', async () => {
    const keptIn = await fileOf();
    const killed = await startSpotify({ keptIn });
    killed.accounts.set('alma', { rotate: true });
    const { refresh_token: first } = await killed.connect();
    const { refresh_token: second } = (await killed.refresh(first)).json;
    // Nothing is closed before the next one starts.
    const next = await startSpotify({ keptIn });
    expect((await next.refresh(second)).status).toBe(200);
    expect((await next.refresh(first)).json.error).toBe('invalid_grant');
  });

  test('is as it was: modes, plays, limits of the application, and who the tokens belong to', async () => {
    const keptIn = await fileOf();
    const killed = await startSpotify({ keptIn });
    const old = await killed.connect();
    killed.accounts.set('alma', { mode: 'revoked', latency_ms: 0, artists: 12 });
    const anew = await killed.connect();
    const [added] = killed.accounts.addPlays('alma');
    killed.app.set({ per_30_s: 7 });
    const plays = await killed.api('/v1/me/player/recently-played', anew);

    const next = await startSpotify({ keptIn });
    next.clock.advance(60_000);

    expect(next.accounts.get('alma')).toMatchObject({ mode: 'revoked', artists: 12, total: 0 });
    // Given before the account was revoked, and after.
    expect((await next.refresh(old.refresh_token)).json.error).toBe('invalid_grant');
    expect((await next.refresh(anew.refresh_token)).status).toBe(200);
    const after = await next.api('/v1/me/player/recently-played', anew);
    expect(after.json.items).toEqual(plays.json.items);
    expect(after.json.items[0].played_at).toBe(new Date(added?.playedAtMs ?? 0).toISOString());
    expect(next.app.get()).toMatchObject({ per_30_s: 7 });
    expect((await next.call('/_control/accounts')).json.accounts).toMatchObject([{ account: 'alma' }]);
  });

  test('has forgotten access tokens that expired meanwhile, also in its file', async () => {
    const keptIn = await fileOf();
    const { access_token } = await (await startSpotify({ keptIn })).connect();
    expect(await readFile(keptIn, 'utf8')).toContain(access_token);
    const late = openJournal(keptIn, (key, value) =>
      countsAsGrant(key, value, Date.parse('2026-11-22T13:00:00.000Z')),
    );
    expect(late.kept('BQ')).toEqual([]);
    expect(late.kept('AQ')).toHaveLength(1);
    expect(await readFile(keptIn, 'utf8')).not.toContain(access_token);
  });

  test.each([
    ['a line that was cut off', '["AQ-cut","acc'],
    ['something else', '{}\n[1]\nnull\n'],
  ])('passes over %s', async (_, rest) => {
    const keptIn = await fileOf();
    const { refresh_token } = await (await startSpotify({ keptIn })).connect();
    await appendFile(keptIn, rest);
    const next = await startSpotify({ keptIn });
    expect((await next.refresh(refresh_token)).status).toBe(200);
    const again = await startSpotify({ keptIn });
    expect((await again.refresh(refresh_token)).status).toBe(200);
  });
});
