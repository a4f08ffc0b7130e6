import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cachedArtists } from '../../../shared/cache/cached-artists.ts';
import type { Compute } from '../../../shared/cache/computation.ts';
import {
  PlatformRateLimited,
  PlatformRevoked,
  PlatformScopeMissing,
  PlatformUnavailable,
} from '../../../shared/errors.ts';
import { aCache, RETRY_MS } from '../../support/a-cache.ts';
import { aClock, NOON } from '../../support/a-clock.ts';
import { INVENTED_PLATFORM } from '../../support/invented-platform.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';

const HOUR_MS = 3_600_000;
const { codes } = INVENTED_PLATFORM;

/** The core over a platform that there is not; `asked` counts its computations. */
function aJukebox(compute: Compute) {
  const given = aCache();
  const clock = { ...aClock(), sleep: () => new Promise<never>(() => undefined) };
  let asked = 0;
  const counted: Compute = (job) => {
    asked += 1;
    return compute(job);
  };
  const deps = {
    ...given,
    platform: INVENTED_PLATFORM,
    clock,
    retryMs: RETRY_MS,
    readSelection: async () => ({ selected: new Set<string>(), revision: 'none' }),
    handOff: async () => undefined,
  };
  const request = { userId: 'ann', page: 0, limit: 2, deadlineMs: NOON + 20_000 };
  return { ...given, asked: () => asked, ask: () => cachedArtists(deps, request, counted) };
}

const failing = (error: Error) => () => Promise.reject(error);

describe('on an invented platform', () => {
  test('a list is computed, stored and served', async () => {
    const { ask, asked } = aJukebox(async () => ({
      artists: realisticArtists(5),
      computedAtMs: NOON,
      answered: new Set(['songs']),
    }));
    expect(await ask()).toMatchObject({ cached: false, cacheStatus: 'fresh', copy: { total: 5 } });
    expect(await ask()).toMatchObject({ cached: true, cacheStatus: 'fresh' });
    expect(asked()).toBe(1);
  });

  test.each([
    ['revoked', new PlatformRevoked('no', { code: codes.revoked }), 'fallback_revoked'],
    ['scopeMissing', new PlatformScopeMissing('no', { code: codes.scopeMissing }), 'stale'],
    [
      'rateLimited',
      new PlatformRateLimited('no', { code: codes.rateLimited, retryAfterSeconds: 60 }),
      'stale',
    ],
    ['unavailable', new PlatformUnavailable('no', { code: codes.unavailable }), 'stale'],
  ] as const)(
    'an old copy is served with its code of %s, and it is not asked again',
    async (kind, error, cacheStatus) => {
      const { ask, asked, storeList } = aJukebox(failing(error));
      await storeList('ann', 4 * HOUR_MS);
      for (let time = 0; time < 2; time++)
        expect(await ask()).toMatchObject({ cacheStatus, warningCode: codes[kind] });
      expect(asked()).toBe(1);
    },
  );

  test.each([
    ['revoked', new PlatformRevoked('no', { code: codes.revoked })],
    ['scopeMissing', new PlatformScopeMissing('no', { code: codes.scopeMissing })],
    ['rateLimited', new PlatformRateLimited('no', { code: codes.rateLimited, retryAfterSeconds: 60 })],
    ['unavailable', new PlatformUnavailable('no', { code: codes.unavailable })],
  ] as const)('without a copy its error of %s is told, and remembered', async (kind, error) => {
    const { ask, asked } = aJukebox(failing(error));
    for (let time = 0; time < 2; time++) await expect(ask()).rejects.toMatchObject({ code: codes[kind] });
    expect(asked()).toBe(1);
  });

  test('the cache names the codes of no platform', () => {
    const root = new URL('../../../', import.meta.url);
    const files = globSync('shared/cache/*.ts', { cwd: root.pathname });
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) expect(readFileSync(new URL(file, root), 'utf8'), file).not.toMatch(/SPOTIFY_/);
  });
});
