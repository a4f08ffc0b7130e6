import { describe, expect, test } from 'vitest';
import type { Lookup } from '../../../shared/cache/artists-cache.ts';
import { attemptVerdict } from '../../../shared/cache/attempt.ts';
import type { Ban } from '../../../shared/cache/bans.ts';
import type { ComputationRecord } from '../../../shared/cache/computation-store.ts';
import { INVENTED_PLATFORM } from '../../support/invented-platform.ts';

const NOW = 1_000_000;

const NOTHING: Lookup = { state: 'none', fence: 'f' };
const copy = (isStale: boolean, freshForMs: number, lacks: readonly string[] = []) =>
  ({
    state: 'old',
    fence: 'f',
    stored: { isStale, lacks },
    freshUntilMs: NOW + freshForMs,
    usableUntilMs: NOW + 9e6,
  }) as Lookup;
const EXPIRED = copy(false, -1);
const TOGGLED = copy(true, 1_000);

const verdict = (
  record: ComputationRecord,
  { found = NOTHING, bans = {} }: { found?: Lookup; bans?: Record<string, Partial<Ban>> } = {},
) => {
  const known = Object.entries(bans).map(
    ([name, ban]) => [name, { sinceMs: 0, untilMs: 0, strikes: 1, ...ban }] as const,
  );
  return attemptVerdict({ found, record, bans: new Map(known) }, INVENTED_PLATFORM, NOW);
};

describe('trying to compute', () => {
  test('is allowed when no other computes and nothing failed', () => {
    expect(verdict({})).toEqual({ kind: 'allowed', without: [], probes: [] });
  });

  test('waits for the one who computes from the same state, until the lease runs out', () => {
    const held = { leaseToken: 't', leaseFence: 'f' };
    expect(verdict({ ...held, leaseUntilMs: NOW + 1 }).kind).toBe('computing elsewhere');
    expect(verdict({ ...held, leaseUntilMs: NOW }).kind).toBe('allowed');
  });

  test('does not wait for one who computes from a state that was invalidated since', () => {
    const superseded = { leaseToken: 't', leaseFence: 'before the toggle', leaseUntilMs: NOW + 5_000 };
    expect(verdict(superseded)).toMatchObject({ kind: 'allowed', inPlaceOf: 't' });
  });

  test('waits where nothing stands: the list of who computes can still be stored', () => {
    const held = { leaseToken: 't', leaseFence: 'of a list that was swept', leaseUntilMs: NOW + 5_000 };
    expect(verdict(held, { found: { state: 'none', fence: 'none' } }).kind).toBe('computing elsewhere');
  });

  test('is not allowed before the back-off is over, and says why and for how long', () => {
    const record = { retryAtMs: NOW + 1_001, cause: INVENTED_PLATFORM.codes.revoked };
    expect(verdict(record)).toEqual({ kind: 'denied', cause: 'JUKEBOX_REVOKED', retryAfterSeconds: 2 });
    expect(verdict({ ...record, retryAtMs: NOW }).kind).toBe('allowed');
  });
});

describe('a ban', () => {
  test.each(['all', 'songs'])('of %s stops every computation', (name) => {
    const bans = { [name]: { untilMs: NOW + 48_925_000 } };
    const denied = { kind: 'denied', cause: 'JUKEBOX_LIMITED', retryAfterSeconds: 48_925 };
    expect(verdict({}, { bans })).toEqual(denied);
    expect(verdict({}, { bans, found: EXPIRED })).toEqual(denied);
  });

  test('that may be over is probed by one; the others wait for that one', () => {
    const over = { untilMs: NOW };
    expect(verdict({}, { bans: { all: over } })).toMatchObject({ kind: 'allowed', probes: [['all', over]] });
    const probed = { ...over, probe: { holder: 'another', untilMs: NOW + 3_000 } };
    expect(verdict({}, { bans: { all: probed } })).toMatchObject({ kind: 'denied', retryAfterSeconds: 3 });
  });

  test('of what a list can do without leaves it out, where there is nothing to show', () => {
    const bans = { likes: { untilMs: NOW + 9_000 } };
    expect(verdict({}, { bans })).toMatchObject({ kind: 'allowed', without: ['saved'] });
    expect(verdict({}, { bans, found: EXPIRED })).toMatchObject({ kind: 'denied', retryAfterSeconds: 9 });
  });

  test('of what a list can do without is probed by one when it may be over; the others do without', () => {
    const over = { untilMs: NOW };
    expect(verdict({}, { bans: { likes: over } })).toMatchObject({ without: [], probes: [['likes', over]] });
    const probed = { ...over, probe: { holder: 'another', untilMs: NOW + 3_000 } };
    expect(verdict({}, { bans: { likes: probed } })).toMatchObject({ without: ['saved'], probes: [] });
  });

  test('of what no list needs stops no computation', () => {
    expect(verdict({}, { bans: { token: { untilMs: NOW + 9_000 } } }).kind).toBe('allowed');
  });

  test.each([
    ['the ban', 20_000, 5_000, 20, 'JUKEBOX_LIMITED'],
    ['the back-off', 5_000, 20_000, 20, 'JUKEBOX_DOWN'],
  ] as const)('and a back-off: %s is told when it is longer', (_, banMs, pauseMs, seconds, cause) => {
    const bans = { all: { untilMs: NOW + banMs } };
    const record = { retryAtMs: NOW + pauseMs, cause: INVENTED_PLATFORM.codes.unavailable };
    expect(verdict(record, { bans })).toEqual({ kind: 'denied', cause, retryAfterSeconds: seconds });
  });
});

describe('an optional list that fails', () => {
  const failed = (listFailures: number) => ({ failedList: 'saved', listFailures }) as const;

  test('is left out after three tries in a row, where there is nothing to show', () => {
    expect(verdict(failed(2))).toMatchObject({ without: [] });
    expect(verdict(failed(3))).toMatchObject({ without: ['saved'] });
    expect(verdict(failed(3), { found: EXPIRED })).toMatchObject({ without: [] });
  });
});

describe('toggles', () => {
  test('bring about ten computations at once, then one a minute', () => {
    let record: ComputationRecord = {};
    for (let i = 0; i < 10; i += 1) {
      const allowed = verdict(record, { found: TOGGLED });
      expect(allowed.kind).toBe('allowed');
      record = { paidUntilMs: (allowed as { paidUntilMs: number }).paidUntilMs };
    }
    const tooMany = { kind: 'denied', cause: 'COMPUTING', retryAfterSeconds: 60 };
    expect(verdict(record, { found: TOGGLED })).toEqual(tooMany);
    const aMinuteLater = { paidUntilMs: (record.paidUntilMs as number) - 60_000 };
    expect(verdict(aMinuteLater, { found: TOGGLED }).kind).toBe('allowed');
  });

  test('bound no computation that time or a missing list asks for', () => {
    const spent = { paidUntilMs: NOW + 9e6 };
    expect(verdict(spent, { found: EXPIRED })).toMatchObject({ kind: 'allowed', paidUntilMs: undefined });
    expect(verdict(spent)).toMatchObject({ kind: 'allowed', paidUntilMs: undefined });
    const partial = copy(true, 1_000, ['saved']);
    expect(verdict(spent, { found: partial })).toMatchObject({ kind: 'allowed', paidUntilMs: undefined });
  });
});
