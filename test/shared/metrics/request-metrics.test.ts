import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CacheEvent } from '../../../shared/cache/events.ts';
import { METRICS } from '../../../shared/metrics/names.ts';
import {
  createObserver,
  createPublishMetrics,
  requestMetrics,
} from '../../../shared/metrics/request-metrics.ts';
import { aClock } from '../../support/a-clock.ts';
import { aStoredList, HIT, MISS } from '../../support/a-recorder.ts';

describe('the metrics of a request', () => {
  const usage = { calls: 11, failures: 1, rateLimited: 1, revocations: 0 };
  it.each<[string, CacheEvent[], object]>([
    ['a hit and how long it took', [HIT], { Hits: 1, HitLatency: 12 }],
    [
      'a computation with its calls',
      [
        { name: 'platform-asked', usage },
        { name: 'computed', ms: 2_300 },
        { name: 'stored', list: aStoredList(), replaced: undefined },
        MISS,
      ],
      {
        Misses: 1,
        ComputationTime: 2_300,
        SpotifyCalls: 11,
        SpotifyFailures: 1,
        SpotifyRateLimited: 1,
        FirstLists: 1,
        ListBytes: 4_000,
      },
    ],
    [
      'no latency of a hit that waited for a computation',
      [{ name: 'waited', ms: 100 }, { name: 'waited', ms: 150 }, HIT],
      { Hits: 1, LeaseWait: 250 },
    ],
    [
      'an old copy under the cool-down',
      [{ name: 'stale', cause: 'SPOTIFY_RATE_LIMITED' }],
      { Stale: 1, CooldownActive: 1 },
    ],
    [
      'the beginning of a cool-down',
      [
        { name: 'cooldown-started', seconds: 60 },
        { name: 'error', code: 'SPOTIFY_RATE_LIMITED' },
      ],
      { Errors: 1, CooldownActive: 1, CooldownStarted: 1 },
    ],
    [
      'items that were left out, also those that were found after the usage was announced',
      [{ name: 'platform-asked', usage: { ...usage, failures: 0, rateLimited: 0, skipped: 3 } }],
      { SpotifyCalls: 11, SpotifyItemsSkipped: 3 },
    ],
    [
      'a list in the place of one that a change of selection had outdated',
      [{ name: 'stored', list: aStoredList(), replaced: aStoredList({ isStale: true }) }],
      { StaleReplaced: 1, ListBytes: 4_000 },
    ],
    [
      'a list in the place of one that had grown old',
      [{ name: 'stored', list: aStoredList(), replaced: aStoredList() }],
      { ListBytes: 4_000 },
    ],
    ['a change of selection', [{ name: 'toggled' }], { Toggles: 1 }],
    ['a revoked consent', [{ name: 'fallback-revoked' }], { FallbackRevoked: 1 }],
    [
      'a list that could not be read, looked at twice',
      [{ name: 'unreadable' }, { name: 'unreadable' }, MISS],
      { Misses: 1, UnreadableEntries: 1 },
    ],
    ['nothing where nothing happened', [], {}],
  ])('are %s', (_title, events, values) => {
    expect(requestMetrics(events, 12)).toEqual(values);
  });

  it('hold the calls that are made after the usage was announced', () => {
    const growing = { calls: 0, failures: 0, rateLimited: 0, revocations: 0 };
    const events: CacheEvent[] = [{ name: 'platform-asked', usage: growing }];
    growing.calls = 3;
    expect(requestMetrics(events, 12)).toEqual({ SpotifyCalls: 3 });
  });

  it.each<CacheEvent>([
    HIT,
    MISS,
    { name: 'stale', cause: undefined },
    { name: 'fallback-revoked' },
    { name: 'error', code: 'COMPUTING' },
  ])('count a request that ended in $name in one of the five outcomes', (event) => {
    const { Hits = 0, Misses = 0, Stale = 0, FallbackRevoked = 0, Errors = 0 } = requestMetrics([event], 1);
    expect(Hits + Misses + Stale + FallbackRevoked + Errors).toBe(1);
  });
});

describe('a record', () => {
  beforeEach(() => {
    // Development mode writes through the global console, which a test can watch, and is silent unless told otherwise.
    vi.stubEnv('POWERTOOLS_DEV', 'true');
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
    vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'ArtistsCache');
    vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'artists-cache');
  });

  function publishing() {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const publish = createPublishMetrics({ stage: 'dev' });
    return { publish, records: () => log.mock.calls.map(([line]) => JSON.parse(line)) };
  }

  it('is one line of the embedded metric format, with service and stage alone to tell it by', () => {
    const { publish, records } = publishing();
    publish({ Hits: 1, HitLatency: 12 });
    expect(records()).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'ArtistsCache',
              Dimensions: [['service', 'stage']],
              Metrics: [
                { Name: 'Hits', Unit: 'Count' },
                { Name: 'HitLatency', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        service: 'artists-cache',
        stage: 'dev',
        Hits: 1,
        HitLatency: 12,
      },
    ]);
  });

  it('of an error is found by its code, and with all others', () => {
    const { publish, records } = publishing();
    publish({ Errors: 1 }, 'COMPUTING');
    publish({ Hits: 1 });
    const dimensions = records().map((record) => record._aws.CloudWatchMetrics[0].Dimensions);
    expect(dimensions).toEqual([
      [
        ['service', 'stage'],
        ['service', 'stage', 'error_code'],
      ],
      [['service', 'stage']],
    ]);
    // A filter takes every line with `code` for that of a failure.
    expect(records()[0]).not.toHaveProperty('code');
    expect(records()[0]).toMatchObject({ Errors: 1, error_code: 'COMPUTING', stage: 'dev' });
  });

  it('carries nothing of the one before it', () => {
    const { publish, records } = publishing();
    publish({ Hits: 1 });
    publish({ Misses: 1 });
    expect(records()[1]).not.toHaveProperty('Hits');
    expect(records()[1]).toMatchObject({ Misses: 1, stage: 'dev' });
  });

  it('is none when there is nothing to tell', () => {
    const { publish, records } = publishing();
    publish({});
    expect(records()).toEqual([]);
  });

  it('can carry every metric there is', () => {
    const { publish, records } = publishing();
    publish(Object.fromEntries(Object.keys(METRICS).map((name) => [name, 1])));
    const [record] = records();
    const units = record._aws.CloudWatchMetrics[0].Metrics.map((metric: { Name: string; Unit: string }) => [
      metric.Name,
      metric.Unit,
    ]);
    expect(Object.fromEntries(units)).toEqual(METRICS);
  });

  it('tells two requests at once apart', async () => {
    const { publish, records } = publishing();
    const observed = createObserver({ publishMetrics: publish, clock: aClock() });
    const second = Promise.withResolvers<void>();
    const first = observed(async (observe) => {
      observe({ name: 'waited', ms: 100 });
      await second.promise;
      observe(HIT);
    });
    await observed(async (observe) => observe(MISS));
    second.resolve();
    await first;
    expect(records()).toMatchObject([{ Misses: 1 }, { Hits: 1, LeaseWait: 100 }]);
    expect(records()[0]).not.toHaveProperty('LeaseWait');
  });
});

describe('an observed request', () => {
  function observing() {
    const clock = aClock();
    const published: unknown[][] = [];
    const observed = createObserver({ publishMetrics: (...record) => published.push(record), clock });
    return { observed, published, clock };
  }

  it('counts when it fails, too, and fails as it did', async () => {
    const { observed, published } = observing();
    const failing = observed(async (observe) => {
      observe({ name: 'error', code: 'COMPUTING' });
      throw new Error('as it did');
    });
    await expect(failing).rejects.toThrow('as it did');
    expect(published).toEqual([[{ Errors: 1 }, 'COMPUTING']]);
  });

  it('has its record written before it is answered: an instance may be gone right after that', async () => {
    const { observed, published } = observing();
    const seen = observed(async (observe) => observe(HIT)).then(() => published.length);
    expect(await seen).toBe(1);
  });

  it('takes as long as its work', async () => {
    const { observed, published, clock } = observing();
    await observed(async (observe) => {
      clock.advance(7);
      observe(HIT);
    });
    expect(published).toEqual([[{ Hits: 1, HitLatency: 7 }, undefined]]);
  });
});
