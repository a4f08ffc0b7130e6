import { describe, expect, it } from 'vitest';
import { isGoodLoad, loadToEndWell, seenAfter } from '../../../../infra/local/console/state/story.ts';
import type { RequestLine } from '../../../../infra/local/console/state/types.ts';

let lastId = 0;
/** A request for the list; a hit on its first page unless told otherwise. */
function aLine(changes: Partial<RequestLine> & { page?: number } = {}): RequestLine {
  lastId += 1;
  const { page = 0, ...rest } = changes;
  return {
    kind: 'request',
    id: lastId,
    atMs: 0,
    method: 'GET',
    path: `/api/user/artists?page=${page}&limit=10`,
    status: 200,
    ms: 8,
    cacheStatus: null,
    source: 'cached',
    outcome: 'hit',
    calls: 0,
    code: null,
    warningCode: null,
    requestId: null,
    isOfLoad: false,
    ...rest,
  };
}

/** What is ticked after these requests, the last of which has just ended. */
function ticked(lines: RequestLine[], { mode = 'ok', seen = [] as string[] } = {}): readonly string[] {
  const last = lines.at(-1);
  return last ? seenAfter({ seen, mode, log: lines }, last) : [];
}

const outage = (warningCode = 'SPOTIFY_UNAVAILABLE') => aLine({ outcome: 'stale', warningCode });

describe('a step is ticked by what it says, and by nothing else', () => {
  it('computed: by a list that was computed', () => {
    expect(ticked([aLine({ outcome: 'miss' })])).toEqual(['computed']);
  });

  it('cached: by another page, not by the same one again, nor by a load', () => {
    expect(ticked([aLine(), aLine({ page: 1 })])).toEqual(['cached']);
    expect(ticked([aLine(), aLine({ page: 0 })])).toEqual([]);
    expect(ticked([aLine(), aLine({ page: 3, isOfLoad: true })])).toEqual([]);
    expect(ticked([aLine({ page: 3, isOfLoad: true }), aLine()])).toEqual([]);
    expect(ticked([aLine()])).toEqual([]);
  });

  it('revoked: by a consent that was revoked, not by one that has expired', () => {
    const revoked = aLine({ outcome: 'fallback_revoked' });
    expect(ticked([revoked], { mode: 'revoked' })).toEqual(['revoked']);
    expect(ticked([revoked], { mode: 'expired' })).toEqual([]);
  });

  it('outage: by a Spotify that is down, not by a slow one, nor by a list that is being computed', () => {
    expect(ticked([outage()], { mode: 'down' })).toEqual(['outage']);
    expect(ticked([outage()], { mode: 'slow' })).toEqual([]);
    expect(ticked([outage('REFRESH_IN_PROGRESS')], { mode: 'down' })).toEqual([]);
  });

  it('well: by fresh data after an outage', () => {
    const computed = aLine({ outcome: 'miss' });
    expect(ticked([computed], { seen: ['computed', 'outage'] })).toEqual(['computed', 'outage', 'well']);
    expect(ticked([computed], { seen: ['computed'] })).toEqual(['computed']);
    expect(ticked([computed], { seen: ['computed', 'outage'], mode: 'slow' })).not.toContain('well');
  });

  it('reconnected: not by a list alone', () => {
    expect(ticked([aLine({ outcome: 'miss' })], { seen: ['revoked'] })).not.toContain('reconnected');
  });

  it('with the real Spotify, whose state is not known, by what the service says', () => {
    const line = outage();
    expect(seenAfter({ seen: [], mode: undefined, log: [line] }, line)).toEqual(['outage']);
  });

  it('once, and not by an error', () => {
    expect(ticked([aLine({ outcome: 'miss' })], { seen: ['computed'] })).toEqual(['computed']);
    expect(ticked([aLine({ outcome: 'error' })])).toEqual([]);
  });
});

describe('the load at the end', () => {
  it('is good when the cache has served nearly all of it', () => {
    const lines = (hits: number, others: number) => [
      ...Array.from({ length: hits }, () => aLine()),
      ...Array.from({ length: others }, () => aLine({ outcome: 'stale' })),
    ];
    expect(isGoodLoad(lines(95, 5))).toBe(true);
    expect(isGoodLoad(lines(94, 6))).toBe(false);
    expect(isGoodLoad([])).toBe(false);
  });

  it.each([
    [undefined, 100],
    [{ requests: 12, hits: 4 }, 388],
    [{ requests: 15, hits: 0 }, 735],
    [{ requests: 5000, hits: 0 }, 1000],
  ])('after %j has %d requests, so that over 95 % were hits in the end', (stats, count) => {
    expect(loadToEndWell(stats, 1000)).toBe(count);
    if (!stats || count === 1000) return;
    expect((stats.hits + count) / (stats.requests + count)).toBeGreaterThan(0.95);
  });
});
