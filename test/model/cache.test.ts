import { describe, expect, test } from 'vitest';
import { explore } from './explore.ts';

const schedules = Number(process.env.SCHEDULES ?? 2_000);
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

/** Fewer need not meet everything. */
const ENOUGH = 2_000;
/** What so many schedules must have met, or they prove nothing. */
const REACHED = [
  'hit',
  'miss',
  'stale',
  'fallback_revoked',
  'error COMPUTING',
  'error PLATFORM_NOT_CONNECTED',
  'error SPOTIFY_RATE_LIMITED',
  'error SPOTIFY_TOKEN_REVOKED',
  'error SPOTIFY_UNAVAILABLE',
  'error STORAGE_UNAVAILABLE',
  'handed on',
  'list removed by disconnect',
  'list removed by sweep',
  'take-over',
  'taken from a doomed holder',
  'fault: answer lost',
  'fault: dies after',
  'fault: late write',
  'fault: repeated',
  'fault: echoed',
  'invoke hangs',
  'partial list',
  'sync',
  'connection called revoked',
  'tokens erased',
];

describe('the cache, whatever the order of things', () => {
  test(`keeps its invariants in ${schedules} schedules (SEED=${seed})`, { timeout: 600_000 }, async () => {
    // Looking for the smallest counterexample takes minutes: the seed that is printed does it.
    const endOnFailure = process.env.SEED === undefined || process.env.GUARDS !== undefined;
    const tally = await explore({ schedules, seed, path: process.env.SEED_PATH, endOnFailure });
    const counted = ['hit', 'miss', 'stale', 'fallback-revoked', 'error'];
    const sum = counted.reduce((total, outcome) => total + (tally.get(`counted as ${outcome}`) ?? 0), 0);
    expect(sum).toBe(tally.get('requests'));
    if (process.env.SEED_PATH === undefined && schedules >= ENOUGH)
      expect(REACHED.filter((what) => !tally.has(what))).toEqual([]);
  });
});
