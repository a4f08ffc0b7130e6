import type { LocalStack } from '../../infra/local/stack.ts';
import { http } from '../support/http-client.ts';
import type { Random } from '../support/random.ts';
import type { Person } from './person.ts';
import type { World } from './world.ts';

const OPTIONAL_LISTS = ['/v1/me/tracks', '/v1/me/following'] as const;
const failing = (random: Random, mode: string) => ({ fail: [{ path: random.pick(OPTIONAL_LISTS), mode }] });

/** How Spotify treats an account for a while; those that stop everybody (429) are kept short and seldom. */
const MOODS = {
  slower: { weight: 30, settings: (r: Random) => ({ latency_ms: Math.floor(r.between(20, 400)) }) },
  down: { weight: 14, settings: () => ({ mode: 'down' }) },
  html502: { weight: 8, settings: () => ({ mode: 'html502' }) },
  malformed: { weight: 8, settings: () => ({ mode: 'malformed' }) },
  forbidden: { weight: 4, settings: () => ({ mode: 'forbidden' }) },
  unauthorized: { weight: 4, settings: () => ({ mode: 'unauthorized' }) },
  slow: { weight: 6, settings: () => ({ mode: 'slow' }) },
  brokenPage: { weight: 10, settings: (r: Random) => ({ fail_page: Math.floor(r.between(1, 9)) }) },
  revoked: { weight: 5, settings: () => ({ mode: 'revoked' }) },
  expired: { weight: 2, settings: () => ({ mode: 'expired' }) },
  oneListFails: { weight: 8, settings: (r: Random) => failing(r, r.pick(['down', 'html502', 'malformed'])) },
  quotaOfOneList: { weight: 5, settings: (r: Random) => ({ ...failing(r, 'quota'), retry_after: 5 }) },
  rateLimited: {
    weight: 3,
    settings: (r: Random) => ({ mode: 'rate_limited', retry_after: r.pick([0, 1, 2, 4]) }),
  },
  quota: { weight: 5, settings: () => ({ mode: 'quota', retry_after: 5 }) },
} as const;
type Mood = keyof typeof MOODS;

const GOOD_MOOD = { mode: 'ok', latency_ms: 0, fail_page: null, fail: [] };
/** So few calls of the whole application in 30 s that it is limited at once. */
const TIGHT = { per_30_s: 40 };
const MOOD_WEIGHTS = Object.fromEntries(
  Object.entries(MOODS).map(([mood, { weight }]) => [mood, weight]),
) as Record<Mood, number>;

interface Cast {
  readonly world: World;
  readonly stack: LocalStack;
  readonly people: readonly Person[];
}

/** Everything that goes wrong until `untilMs`, each at moments of its own. */
export async function makeTrouble(cast: Cast, random: Random, untilMs: number): Promise<void> {
  const { world, stack } = cast;
  const repeat = async (pauseMs: readonly [number, number], chance: Random, work: () => Promise<unknown>) => {
    while (Date.now() < untilMs) {
      await pause(chance.between(...pauseMs));
      await work();
    }
  };
  await Promise.all([
    repeat([400, 1_800], random.fork(), () => world.kills.killOne(stack)),
    repeat([6_000, 14_000], random.fork(), () => storm(world, random.between(500, 2_500))),
    repeat([25_000, 40_000], random.fork(), () => limitAll(world, random.between(500, 3_000))),
    repeat([3_000, 7_000], random.fork(), () => http('POST', `${world.apiUrl}/_local/sweep`)),
    repeat([50_000, 90_000], random.fork(), () => revokeAll(cast, random.between(300, 1_500))),
    ...Array.from({ length: 3 }, random.fork).map((own) => repeat([200, 800], own, () => upset(cast, own))),
  ]);
}

async function storm({ weather, chronicle }: World, ms: number): Promise<void> {
  chronicle.tell(undefined, `storage refuses most calls for ${Math.round(ms)} ms`);
  chronicle.count('storms');
  weather.storm(true);
  await pause(ms);
  weather.storm(false);
}

/** Every consent ends at once, as in an outage of the token endpoint. */
async function revokeAll({ world, people }: Cast, ms: number): Promise<void> {
  world.chronicle.tell(undefined, `Spotify calls all tokens revoked for ${Math.round(ms)} ms`);
  world.chronicle.count('storms of revocations');
  const accounts = people.flatMap((person) => person.accounts.map((account) => ({ person, account })));
  const all = (settings: object) =>
    Promise.all(accounts.map(({ account }) => setMood(world, account, settings)));
  for (const { person, account } of accounts) person.revoked(account, Date.now());
  await all(MOODS.revoked.settings());
  await pause(ms);
  await all(GOOD_MOOD);
  // Consents that were given meanwhile ended too.
  for (const { person, account } of accounts) person.revoked(account, Date.now());
}

/** Spotify limits the whole application for a while. */
async function limitAll(world: World, ms: number): Promise<void> {
  world.chronicle.tell(undefined, `Spotify limits all calls for ${Math.round(ms)} ms`);
  world.chronicle.count('limits of the application');
  await limitApp(world, TIGHT);
  await pause(ms);
  await limitApp(world, {});
}

const limitApp = ({ spotifyUrl }: World, limits: object) =>
  http('PUT', `${spotifyUrl}/_control/app`, { body: limits });

/** Spotify is out of humour with one account for a while. */
async function upset({ world, people }: Cast, random: Random): Promise<void> {
  const person = random.pick(people);
  const account = random.chance(0.7) ? person.accounts[0] : person.accounts[1];
  const mood = random.weighted(MOOD_WEIGHTS);
  world.chronicle.count(`mood ${mood}`);
  world.chronicle.tell(person.id, `Spotify is ${mood} to ${account}`);
  const endsConsent = mood === 'revoked' || mood === 'expired';
  if (endsConsent) person.revoked(account, Date.now());
  await setMood(world, account, MOODS[mood].settings(random));
  await pause(random.between(500, 4_000));
  await setMood(world, account, GOOD_MOOD);
}

export async function setMood({ spotifyUrl }: Pick<World, 'spotifyUrl'>, account: string, settings: object) {
  await http('PUT', `${spotifyUrl}/_control/accounts/${account}`, { body: settings });
}

/** Nothing goes wrong from now on. */
export async function calmDown({ world, people }: Cast): Promise<void> {
  world.weather.calm();
  world.chronicle.tell(undefined, 'all is calm');
  await limitApp(world, {});
  await Promise.all(
    people.flatMap(({ accounts }) => accounts.map((account) => setMood(world, account, GOOD_MOOD))),
  );
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
