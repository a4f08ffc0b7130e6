import { describe, expect, it } from 'vitest';
import { createChronicle, type Forbidden } from './chronicle.ts';
import { type EntryState, judgeEntryChange } from './judge-entry.ts';
import { judgeLeaseChange, type LeaseState } from './judge-lease.ts';

/* What a run of chaos would hold against the service: each judgement is shown its crime. */

const NOW = 1_000_000;
const windows = { freshMs: 6_000, keepMs: 20_000 };
const anEntry = (given: Partial<EntryState> = {}): EntryState => ({
  fence: 'fence-1',
  generation: 'list-1',
  timestampMs: NOW - 1_000,
  isStale: false,
  expiresAt: 1_020,
  userId: 'person-1',
  ...given,
});

function verdict(judge: (chronicle: ReturnType<typeof createChronicle>) => void): Forbidden[] {
  const chronicle = createChronicle(NOW);
  judge(chronicle);
  return chronicle.violations.map(({ kind }) => kind);
}

describe('of an entry', () => {
  const judged = (
    before: EntryState | undefined,
    now: EntryState | undefined,
    by = 'x-get-artists',
    mayForget = false,
  ) =>
    verdict((chronicle) =>
      judgeEntryChange({
        user: 'person-1',
        caller: by,
        atMs: NOW,
        before,
        now,
        mayForget,
        chronicle,
        windows,
      }),
    );
  const old = anEntry({ timestampMs: NOW - 7_000 });

  it('a new list may take the place of none, of an old one and of one that was invalidated', () => {
    for (const before of [undefined, old, anEntry({ isStale: true })])
      expect(judged(before, anEntry({ generation: 'list-2' }))).toEqual([]);
  });
  it('a list over a fresh one was computed for nothing', () => {
    expect(judged(anEntry(), anEntry({ generation: 'list-2' }))).toEqual(['computation']);
  });
  it('an older list over a newer one is a loss', () => {
    expect(judged(old, anEntry({ generation: 'list-2', timestampMs: NOW - 9_000 }))).toEqual(['entryLost']);
  });
  it('a usable list may vanish by a command of its user, else only when it is too old', () => {
    expect(judged(old, undefined, 'x-disconnect-platform', true)).toEqual([]);
    expect(judged(old, undefined, 'x-disconnect-platform')).toEqual(['entryLost']);
    expect(judged(old, undefined, 'x-sweep', true)).toEqual(['entryLost']);
    expect(judged(anEntry({ timestampMs: NOW - 20_000 }), undefined, 'x-sweep')).toEqual([]);
  });
  it('no writer makes a list younger, or fresh again, or gives it to another user', () => {
    expect(judged(old, anEntry())).toEqual(['tooOld']);
    const longer = { ...old, expiresAt: old.expiresAt + 60 };
    expect([judged(old, longer), judged(old, longer, 'x-toggle-artist')]).toEqual([['tooOld'], []]);
    expect(judged(anEntry({ isStale: true }), anEntry())).toEqual(['selection']);
    expect(judged(undefined, anEntry({ userId: 'person-2' }))).toEqual(['crossing']);
  });
});

describe('of a lease', () => {
  const held: LeaseState = { leaseToken: 'a', leaseUntil: NOW + 5_000, leaseFence: 'fence-1' };
  const mine: LeaseState = { leaseToken: 'b', leaseUntil: NOW + 8_000, leaseFence: 'fence-1' };
  const judged = (
    before: LeaseState,
    now: LeaseState,
    by = 'x-get-artists',
    entry = anEntry({ isStale: true }),
    byToggleMs: number[] = [],
  ) =>
    verdict((chronicle) => {
      const change = { user: 'person-1', caller: by, atMs: NOW, before, now, entry, byToggleMs };
      judgeLeaseChange({ ...change, chronicle, windows });
    });

  it('it may be taken when none holds it, when the holder is dead, when the list was invalidated since', () => {
    expect(judged({}, mine)).toEqual([]);
    expect(judged({ ...held, leaseUntil: NOW - 1 }, mine)).toEqual([]);
    expect(judged({ ...held, leaseFence: 'fence-0' }, mine)).toEqual([]);
  });
  it('it may not be taken from a living holder, save by the function that it was handed to', () => {
    expect(judged(held, mine)).toEqual(['computation']);
    expect(judged(held, mine, 'x-refresh-artists')).toEqual([]);
  });
  it('toggles bring it about ten times at once, and once more in a minute', () => {
    const times = (n: number) => Array.from({ length: n }, () => NOW - 59_000);
    const invalidated = anEntry({ isStale: true });
    expect(judged({}, mine, 'x-get-artists', invalidated, times(10))).toEqual([]);
    expect(judged({}, mine, 'x-get-artists', invalidated, times(11))).toEqual(['computation']);
    const old = anEntry({ isStale: true, timestampMs: NOW - 6_000 });
    expect(judged({}, mine, 'x-get-artists', old, times(11))).toEqual([]);
  });
  it('it may not be taken during a back-off', () => {
    expect(judged({ retryAt: NOW + 1, cause: 'SPOTIFY_UNAVAILABLE' }, mine)).toEqual(['computation']);
    expect(judged({ retryAt: NOW, cause: 'SPOTIFY_UNAVAILABLE' }, mine)).toEqual([]);
  });
});

it('counts every violation, and tells of the first few of a kind with what happened before', () => {
  const chronicle = createChronicle(NOW);
  chronicle.tell('person-1', 'something', NOW + 1_500);
  chronicle.tell('person-2', 'something else');
  for (let i = 0; i < 10; i++) chronicle.violate('crossing', 'person-1', 'a list of person-2');
  expect(chronicle.violatedTimes('crossing')).toBe(10);
  expect(chronicle.violations.map(({ trace }) => trace)).toEqual(Array(4).fill(['    1.500 s  something']));
});
