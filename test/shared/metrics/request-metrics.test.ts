import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CacheEvent, Observe } from '../../../shared/cache/events.ts';
import { METRICS } from '../../../shared/metrics/names.ts';
import { createObserver } from '../../../shared/metrics/observe.ts';
import { createPublishMetrics } from '../../../shared/metrics/publish-metrics.ts';
import { requestMetrics } from '../../../shared/metrics/request-metrics.ts';
import { aClock } from '../../support/a-clock.ts';
import { anEnvironment, aStoredList, HIT, MISS } from '../../support/a-recorder.ts';

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
      { Misses: 1, ComputationTime: 2_300, SpotifyCalls: 11, SpotifyFailures: 1, SpotifyRateLimited: 1 },
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
    ['a revoked consent', [{ name: 'fallback-revoked' }], { FallbackRevoked: 1 }],
    ['a list that could not be read', [{ name: 'unreadable' }, MISS], { Misses: 1, UnreadableEntries: 1 }],
    ['nothing where nothing happened', [], {}],
  ])('are %s', (_title, events, values) => {
    expect(requestMetrics(events, 12)).toEqual(values);
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
    const observed = createObserver({
      statistics: { record: () => undefined, writeIfDue: () => undefined },
      publishMetrics: publish,
      clock: aClock(),
      afterwards: (callback) => callback(),
    });
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
  function observing(write: () => Promise<void> = async () => undefined) {
    const clock = aClock();
    const published: object[] = [];
    const statistics = anEnvironment({ write }, clock);
    const observed = createObserver({
      statistics,
      publishMetrics: (values) => published.push(values),
      clock,
      afterwards: (callback) => callback(),
    });
    return { observed, published, clock, ...statistics };
  }

  it('is answered although the write of the statistics hangs', async () => {
    const { observed, clock, fireTimers } = observing(() => new Promise(() => undefined));
    const hit = () =>
      observed(async (observe) => {
        observe(HIT);
        return 'the page';
      });
    await hit();
    clock.advance(60_000);
    const answer = hit();
    fireTimers();
    await expect(answer).resolves.toBe('the page');
    await expect(hit()).resolves.toBe('the page');
  });

  it('is answered although the write of the statistics fails', async () => {
    const { observed, failures } = observing(() => Promise.reject(new Error('no table')));
    const list = aStoredList();
    const miss = async (observe: Observe) => observe({ name: 'stored', list, replaced: undefined });
    await observed(miss);
    await vi.waitFor(() => expect(failures).toHaveLength(1));
  });

  it('counts when it fails, too, and fails as it did', async () => {
    const { observed, published } = observing();
    const failing = observed(async (observe) => {
      observe({ name: 'error', code: 'COMPUTING' });
      throw new Error('as it did');
    });
    await expect(failing).rejects.toThrow('as it did');
    expect(published).toEqual([{ Errors: 1 }]);
  });

  it('is answered before its record is written', async () => {
    const { clock, record, writeIfDue } = observing();
    const published: object[] = [];
    const observed = createObserver({
      statistics: { record, writeIfDue },
      publishMetrics: (values) => published.push(values),
      clock,
    });
    await observed(async (observe) => observe(HIT));
    expect(published).toEqual([]);
    await vi.waitFor(() => expect(published).toHaveLength(1));
  });

  it('takes as long as its work', async () => {
    const { observed, published, clock } = observing();
    await observed(async (observe) => {
      clock.advance(7);
      observe(HIT);
    });
    expect(published).toEqual([{ Hits: 1, HitLatency: 7 }]);
  });
});
