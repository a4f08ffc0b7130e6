import { createCatalogues } from '../../infra/local/spotify/catalogue.ts';
import { type LocalStack, startLocalStack } from '../../infra/local/stack.ts';
import { awsCallOf } from '../support/aws-fates.ts';
import { createDetour, type Deal } from '../support/detour.ts';
import { http } from '../support/http-client.ts';
import type { Random } from '../support/random.ts';
import type { Chronicle } from './chronicle.ts';
import { createKills } from './kills.ts';
import { createPerson, type Person } from './person.ts';
import { createSpotifyWatch } from './spotify-watch.ts';
import { createStorageWeather } from './storage-weather.ts';
import { createStoreWatch } from './store-watch.ts';
import { setMood } from './troubles.ts';
import type { World } from './world.ts';

/** Small, so that a run sees many lists grow old; larger than what a computation takes, as the real ones are. */
const WINDOWS = { freshMs: 6_000, keepMs: 20_000 };
const STACK = {
  freshSeconds: WINDOWS.freshMs / 1000,
  keepSeconds: WINDOWS.keepMs / 1000,
  retrySeconds: 2,
  lambdaConcurrency: 10,
  asyncRetryDelaysMs: [1_000, 2_000],
};
const BACKGROUND_MS = 60_000;
const SMALLEST_ACCOUNT = 40;
const LARGEST_ACCOUNT = 180;
/** One of the people has saved so many tracks. */
const HUGE = { person: 'person-1', saved: 20_000 };
/** The accounts whose refresh tokens are good for one refresh. */
const ROTATING = 0.6;

type People = Map<string, Person>;

interface AccountSizes {
  artists: number;
  saved?: number;
}

/** A stack with everything on the ways of its functions that harms or watches, and no user in it yet. */
export async function startWorld(random: Random, chronicle: Chronicle, parts: AsyncDisposableStack) {
  const people: People = new Map();
  const { way, ...watchers } = createWatchers(random, chronicle, people);
  parts.defer(way.close);
  parts.defer(watchers.store.close);
  const onFailure = (message: string) => chronicle.tell(undefined, message);
  const stack = await startLocalStack({ ...STACK, detour: way.detour, onFailure });
  parts.defer(stack.close);
  watchers.store.open(stack.dynamodbUrl);
  const sizes = new Map<string, AccountSizes>();
  const world: World = {
    ...watchers,
    apiUrl: stack.apiUrl,
    spotifyUrl: stack.spotifyUrl ?? '',
    chronicle,
    windows: WINDOWS,
    artistsOf: catalogueReader(sizes),
    isHuge: (account) => sizes.get(account)?.saved !== undefined,
    backgroundMs: BACKGROUND_MS,
    logOf: (functionName, requestId) => logOf(stack, functionName, requestId),
  };
  /** A person with two accounts at Spotify, connected to neither. */
  const addPerson = async (id: string): Promise<Person> => {
    const person = createPerson(world, id, await tokenOf(stack.apiUrl, id));
    people.set(id, person);
    for (const account of person.accounts) {
      const artists = Math.floor(random.between(SMALLEST_ACCOUNT, LARGEST_ACCOUNT));
      const size: AccountSizes = { artists, ...(id === HUGE.person && { saved: HUGE.saved }) };
      sizes.set(account, size);
      await setMood(world, account, { ...size, rotate: random.chance(ROTATING) });
    }
    return person;
  };
  return { stack, world, addPerson };
}

function createWatchers(random: Random, chronicle: Chronicle, people: People) {
  const mayForget = (user: string, atMs: number) => people.get(user)?.mayForget(atMs) ?? false;
  const store = createStoreWatch({ chronicle, windows: WINDOWS, mayForget });
  const weather = createStorageWeather(random.fork(), chronicle, store.onEffect);
  const spotify = createSpotifyWatch({
    chronicle,
    bans: () => store.bans,
    userOf: (account) => /^(person-\d+)-/.exec(account)?.[1],
    allBeganAfter: (user, ms) => people.get(user)?.allBeganAfter(ms) ?? false,
  });
  const aws: Deal = (request, pass) => {
    if (!request.path.includes('/invocations')) return weather.deal(request, pass);
    people.get(awsCallOf(request).input.userId)?.handedOver(Date.now());
    return weather.dealInvoke(request, pass);
  };
  const kills = createKills(random.fork(), chronicle);
  const way = createDetour({ dynamodb: weather.deal, aws, spotify: spotify.deal });
  return { store, weather, spotify, kills, way };
}

async function tokenOf(apiUrl: string, user: string): Promise<string> {
  return (await http('POST', `${apiUrl}/_local/token`, { body: { user } })).json.access_token;
}

async function logOf({ lambda, model }: LocalStack, functionName: string, requestId: string) {
  const spec = model.functions.find(({ name }) => name.endsWith(`-${functionName}`));
  const lines = await lambda.logs(spec?.name ?? functionName);
  return lines.filter((line) => line.includes(requestId)).join('\n');
}

/** The stand-in's own catalogues: the same name gives the same artists anywhere. */
function catalogueReader(sizes: ReadonlyMap<string, AccountSizes>) {
  const catalogues = createCatalogues('spotify');
  const kept = new Map<string, ReadonlySet<string>>();
  return (account: string): ReadonlySet<string> => {
    const known =
      kept.get(account) ?? new Set(catalogues.of(account, sizes.get(account) ?? { artists: 0 }).artistIds);
    kept.set(account, known);
    return known;
  };
}
