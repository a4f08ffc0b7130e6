import { type Exchange, NOTHING, type Person } from './person.ts';
import { ANYTHING } from './register.ts';
import type { World } from './world.ts';

export const possibleAccounts = ({ connection }: Person, { beganAtMs, endedAtMs }: Exchange) =>
  connection.possible(beganAtMs, endedAtMs) as ReadonlySet<string>;

/** Holds a page of artists against what its reader may see. */
export function judgeList(world: World, person: Person, exchange: Exchange): void {
  const { data } = exchange.reply.json;
  world.chronicle.count(`answer ${data.cache_status}, ${data.cached ? 'cached' : 'computed'}`);
  judgeOwner(world, person, exchange, data);
  judgeSelections(world, person, exchange, data.artists);
  judgeAge(world, person, exchange, data);
  if (data.cache_status === 'fallback_revoked' && !mayBeRevoked(world, person, exchange))
    world.chronicle.violate('tokenLost', person.id, 'called revoked, although it was not');
}

interface Data {
  artists: { id: string; selected: boolean }[];
  pagination: { total: number };
  cached: boolean;
  cached_at: string;
  cache_status: string;
  warning_code?: string;
}

/** All artists are of one account, and it is one that the user may be connected to. */
function judgeOwner(world: World, person: Person, exchange: Exchange, data: Data): void {
  const { artists, pagination, warning_code: warning } = data;
  const accounts = possibleAccounts(person, exchange);
  const own = [...accounts].filter((account) => account !== NOTHING);
  if (own.length === 0) {
    world.chronicle.violate('afterDisconnect', person.id, `${artists.length} artists without a connection`);
    return;
  }
  if (warning === 'PARTIAL_LIST') world.chronicle.count('lists that say what they lack');
  const fits = own.some((account) => {
    const known = world.artistsOf(account);
    const isWhole = known.size === pagination.total;
    const mayLack = warning === 'PARTIAL_LIST' || world.isHuge(account);
    const fitsInLength = isWhole || (mayLack && pagination.total < known.size);
    return fitsInLength && artists.every(({ id }) => known.has(id));
  });
  if (!fits) world.chronicle.violate('crossing', person.id, `a list that is not of ${own.join(' or ')}`);
}

function judgeSelections(world: World, person: Person, exchange: Exchange, artists: Data['artists']): void {
  const { beganAtMs, endedAtMs } = exchange;
  for (const { id, selected } of artists) {
    if (!person.isTouched(id)) {
      if (selected) world.chronicle.violate('selection', person.id, `${id} was never selected`);
      continue;
    }
    const possible = person.selectionOf(id).possible(beganAtMs, endedAtMs);
    if (!possible.has(selected) && !possible.has(ANYTHING))
      world.chronicle.violate('selection', person.id, `${id} is shown as ${selected}`);
  }
}

/** By the clock at the beginning of the request: no slow reply makes a copy too old. */
function judgeAge({ chronicle, windows }: World, { id }: Person, { beganAtMs }: Exchange, data: Data): void {
  const ageMs = beganAtMs - Date.parse(data.cached_at);
  if (!data.cached) return;
  if (ageMs >= windows.keepMs) chronicle.violate('tooOld', id, `a copy of ${ageMs} ms`);
  if (data.cache_status === 'fresh' && ageMs >= windows.freshMs)
    chronicle.violate('notFresh', id, `fresh at ${ageMs} ms`);
}

/** How long after a rotation the process that got the token may still hold it alone. */
const HOLDS_TOKEN_MS = 15_000;

/** Whether the consent may have ended: by its owner, or with a token that only a killed process had. */
export function mayBeRevoked(world: World, person: Person, exchange: Exchange): boolean {
  const { chronicle, kills, spotify, store } = world;
  const accounts = possibleAccounts(person, exchange);
  if (accounts.has(NOTHING)) return true;
  if ([...accounts].some(person.isRevoked)) return true;
  for (const account of accounts) {
    const rotatedAtMs = spotify.rotatedAtMs(account);
    if (store.tokensStoredAtMs(person.id) >= rotatedAtMs) continue;
    if (!kills.anyBetween(rotatedAtMs, rotatedAtMs + HOLDS_TOKEN_MS)) continue;
    chronicle.count('tokens that died with a killed process');
    person.revoked(account, Date.now());
    return true;
  }
  return false;
}
