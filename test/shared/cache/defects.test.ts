import { Logger } from '@aws-lambda-powertools/logger';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Answered, artistsCache } from '../../../shared/cache/artists-cache-middleware.ts';
import { computationKey } from '../../../shared/cache/keys.ts';
import { getArtists } from '../../../shared/contract/routes.ts';
import {
  ApplicationTrouble,
  InternalError,
  PlatformScopeMissing,
  PlatformUnavailable,
  StorageUnavailable,
} from '../../../shared/errors.ts';
import { type ApiRequest, api } from '../../../shared/http/api.ts';
import { artistsReply } from '../../../shared/http/artists-reply.ts';
import { aCache, RETRY_MS } from '../../support/a-cache.ts';
import { NOON } from '../../support/a-clock.ts';
import { aContext, anEvent } from '../../support/api-event.ts';
import { TABLES } from '../../support/dynalite.ts';
import { intercepting } from '../../support/store-contract/given.ts';

const HOUR_MS = 3_600_000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** As the SDK throws it. */
const awsError = (name: string) =>
  Object.assign(new Error('canary: arn:aws:iam::1:role/x is not authorized'), { name, $fault: 'client' });
const trouble = (reason: ConstructorParameters<typeof ApplicationTrouble>[0]) =>
  new PlatformUnavailable('Spotify refuses', { cause: new ApplicationTrouble(reason) });

/** Asks for a page of a list of `ageHours`, as the function does; `fault` is what the computation fails by. */
async function ask(
  fault: Error,
  { ageHours = 4, given = aCache(), handOff = async (): Promise<void> => undefined } = {},
) {
  if (ageHours) await given.storeList('alice', ageHours * HOUR_MS);
  const lines = { error: [] as unknown[][], warn: [] as unknown[][] };
  for (const level of ['error', 'warn'] as const)
    vi.spyOn(Logger.prototype, level).mockImplementation((...line) => void lines[level].push(line));
  const clock = { nowMs: () => NOON, sleep: () => new Promise<never>(() => undefined) };
  const cached = artistsCache(
    {
      ...given,
      clock,
      retryMs: RETRY_MS,
      observed: (work) => work(() => undefined),
      readSelection: async () => ({ selected: new Set(), revision: 'none' }),
      handOff,
    },
    () => Promise.reject(fault),
  );
  const handler = api(
    getArtists,
    async ({ query, locale, answer }: ApiRequest<typeof getArtists> & Answered) =>
      artistsReply(answer, { ...query, locale, freshMs: 3 * HOUR_MS, nowMs: NOON }),
    cached,
  );
  const page = async () => {
    const reply = await handler(anEvent(), aContext());
    return { status: reply.statusCode, body: JSON.parse(reply.body ?? '') };
  };
  return { page, lines, ...(await page()) };
}

const OURS = [
  ['a missing permission for KMS', awsError('AccessDeniedException'), 'AccessDeniedException'],
  [
    'a sealed key that is not the user’s',
    new InternalError('…', { cause: awsError('InvalidCiphertextException') }),
    'InvalidCiphertextException',
  ],
  ['a client secret that Spotify refuses', trouble('invalid_client'), 'invalid_client'],
  ['a 403 of our application', trouble('forbidden'), 'forbidden'],
  ['a 400 of our request', trouble('request_refused'), 'request_refused'],
  ['an access token that is refused at once', trouble('unauthorized'), 'unauthorized'],
  ['an error that was not foreseen', new TypeError('canary'), 'TypeError'],
] as const;

describe('what is ours', () => {
  test.each(OURS)(
    'behind an old copy: %s is logged once, and the reader keeps the copy',
    async (_, fault, cause) => {
      const { status, body, lines, page } = await ask(fault);
      expect([status, body.cache_status, body.warning_code]).toEqual([200, 'stale', 'SPOTIFY_UNAVAILABLE']);
      // While the back-off runs nothing new is found out.
      for (let i = 0; i < 3; i += 1) expect((await page()).status).toBe(200);
      expect(lines.error).toEqual([
        ['behind an old copy', expect.objectContaining({ defect: true, requestId: 'request-1' })],
      ]);
      expect(JSON.stringify(lines)).toContain(cause);
      expect(JSON.stringify(lines)).not.toContain('canary');
    },
  );

  test.each(OURS)('without a copy: %s is logged once', async (_, fault, cause) => {
    const { status, lines } = await ask(fault, { ageHours: 0 });
    expect(status).toBeGreaterThanOrEqual(500);
    expect(lines.error).toEqual([['request failed', expect.objectContaining({ defect: true })]]);
    expect(JSON.stringify(lines)).toContain(cause);
  });

  test('behind a copy that storage denies to renew is told too', async () => {
    const inner = aCache();
    await inner.storeList('alice', 4 * HOUR_MS);
    const denied = intercepting({ db: inner.db, table: TABLES.cache }, (command, send) =>
      command instanceof GetCommand && command.input.Key?.pk === computationKey('alice').pk
        ? Promise.reject(awsError('AccessDeniedException'))
        : send(),
    );
    const { status, body, lines } = await ask(new Error(), { ageHours: 0, given: aCache(denied.db) });
    expect([status, body.cache_status]).toEqual([200, 'stale']);
    expect(lines.error).toEqual([['behind an old copy', expect.objectContaining({ code: 'INTERNAL' })]]);
  });

  test('in handing a computation on is told too', async () => {
    const given = aCache();
    const { fence } = await given.cache.get('alice', 0, 1, NOON);
    const list = { artists: [], computedAtMs: NOON - 4 * HOUR_MS, computationMs: 20_000 };
    await given.cache.set('alice', list, { fence });
    const handOff = () => Promise.reject(awsError('AccessDeniedException'));
    const { status, body, lines } = await ask(new Error(), { ageHours: 0, given, handOff });
    expect([status, body.cache_status]).toEqual([200, 'stale']);
    expect(lines.error).toHaveLength(1);
  });
});

test.each([
  ['an outage of Spotify', new PlatformUnavailable('502')],
  ['an outage of storage', new StorageUnavailable('down')],
  ['a missing scope', new PlatformScopeMissing('403')],
])('%s behind an old copy is no defect', async (_, fault) => {
  const { status, lines } = await ask(fault);
  expect([status, lines]).toEqual([200, { error: [], warn: [] }]);
});
