import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, sharesOf, stack } from '../../../../infra/local/console/state/figures.ts';
import { OUTCOMES, type RequestLine } from '../../../../infra/local/console/state/types.ts';

const aLine = (outcome: RequestLine['outcome'], id = 1): RequestLine => ({
  kind: 'request',
  id,
  atMs: 0,
  method: 'GET',
  path: '/api/user/artists',
  status: 200,
  ms: 8,
  cacheStatus: null,
  source: 'cached',
  outcome,
  calls: 0,
  code: null,
  warningCode: null,
  requestId: null,
  isOfLoad: false,
});

describe('the median', () => {
  it.each([
    [[], 0],
    [[7], 7],
    [[9, 1], 5],
    [[5, 900, 6], 6],
  ])('of %j is %d', (values, expected) => expect(median(values)).toBe(expected));

  it('has as many values above as below', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 }), (values) => {
        const middle = median(values);
        const above = values.filter((value) => value > middle).length;
        const below = values.filter((value) => value < middle).length;
        expect(Math.max(above, below)).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });
});

describe('the shares of outcomes', () => {
  it('are of the last 20 requests', () => {
    const lines = [
      ...Array.from({ length: 20 }, () => aLine('error')),
      ...Array.from({ length: 20 }, () => aLine('hit')),
    ];
    const shares = sharesOf(lines);
    expect(shares[OUTCOMES.indexOf('error')]?.[19]).toBe(1);
    expect(shares[OUTCOMES.indexOf('hit')]?.[29]).toBe(0.5);
    expect(shares[OUTCOMES.indexOf('hit')]?.[39]).toBe(1);
  });

  it('stacked are the whole', () => {
    const lines = [aLine('miss'), aLine('hit'), aLine('hit'), aLine('stale')];
    const stacked = stack(sharesOf(lines));
    for (const sum of stacked.at(-1) ?? []) expect(sum).toBeCloseTo(1);
  });
});
