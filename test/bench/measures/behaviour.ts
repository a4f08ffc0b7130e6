import { setTimeout as delay } from 'node:timers/promises';
import type { Artist } from '../../../shared/artist.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';
import { loadSubjects } from '../load-subjects.ts';
import { measure } from '../measure.ts';
import type { Load, Subject } from '../subject.ts';

const INSTANCES = 10;
const REQUESTS_IN_OUTAGE = 20;
const LOAD_MS = 200;
const WINDOWS = { freshMs: 3 * 3_600_000, keepMs: 6 * 3_600_000 };
/** A list is old after a moment, so that an outage can begin at once. */
const SHORT = { freshMs: 300, keepMs: 6 * 3_600_000 };

export interface Behaviour {
  name: string;
  /** Loads when ten instances are asked for one list that is not there. */
  herdLoads: number;
  /** A list that was invalidated while it was loaded is served afterwards. */
  keepsOldAfterInvalidation: boolean;
  /** Loads of 20 requests, one after the other, while the source fails and an old list is there. */
  loadsInOutage: number;
  /** How many of these got the old list. */
  servedInOutage: number;
}

const OLD = realisticArtists(20, 1);
const NEW = realisticArtists(20, 2);

function counting(load: Load) {
  const counted = { loads: 0 };
  const counts: Load = () => {
    counted.loads += 1;
    return load();
  };
  return Object.assign(counted, { load: counts });
}

type Cache = Subject & Required<Pick<Subject, 'instance'>>;

async function herd({ instance }: Cache): Promise<number> {
  const source = counting(() => delay(LOAD_MS, NEW));
  const instances = Array.from({ length: INSTANCES }, () => instance(source.load, WINDOWS));
  await Promise.all(instances.map(({ get }) => get('herd')));
  return source.loads;
}

async function keepsOld({ instance }: Cache): Promise<boolean> {
  const begun = Promise.withResolvers<void>();
  const held = Promise.withResolvers<readonly Artist[]>();
  let isFirst = true;
  const loading = instance(async () => {
    if (!isFirst) return NEW;
    isFirst = false;
    begun.resolve();
    return held.promise;
  }, WINDOWS);
  const others = instance(async () => NEW, WINDOWS);
  // What the first request answers is its own affair; what stands in the cache afterwards counts.
  const first = loading.get('invalidated').catch(() => undefined);
  await begun.promise;
  await others.invalidate('invalidated');
  held.resolve(OLD);
  await first;
  await delay(50);
  const [artist] = await others.get('invalidated');
  return artist?.id === OLD[0]?.id;
}

async function outage({ instance }: Cache) {
  let isDown = false;
  const source = counting(async () => {
    if (isDown) throw new Error('down');
    return OLD;
  });
  const { get } = instance(source.load, SHORT);
  await get('outage');
  await delay(2 * SHORT.freshMs);
  isDown = true;
  source.loads = 0;
  let served = 0;
  for (let request = 0; request < REQUESTS_IN_OUTAGE; request++) {
    const artists = await get('outage').catch(() => []);
    if (artists.length > 0) served += 1;
    await delay(5);
  }
  return { loadsInOutage: source.loads, servedInOutage: served };
}

await measure<Behaviour[]>(async ({ bundles, progress }) => {
  // Loads that fail behind a request that was answered: counted, and not to end this process.
  process.on('unhandledRejection', () => undefined);
  const caches = loadSubjects(bundles).subjects.filter((subject): subject is Cache => !!subject.instance);
  const behaviours: Behaviour[] = [];
  for (const cache of caches) {
    progress(`behaviour: ${cache.name}`);
    behaviours.push({
      name: cache.name,
      herdLoads: await herd(cache),
      keepsOldAfterInvalidation: await keepsOld(cache),
      ...(await outage(cache)),
    });
  }
  return behaviours;
});
