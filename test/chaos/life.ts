import type { Random } from '../support/random.ts';
import { type Commands, createCommands } from './commands.ts';
import type { Exchange, Person } from './person.ts';
import type { World } from './world.ts';

const READERS = 2;
/** Between two requests of one reader, and of one person's commands. */
const READER_PAUSE_MS = [5, 200] as const;
const COMMAND_PAUSE_MS = [300, 3_000] as const;
/** So few that every page shows some of them. */
const TOUCHED_ARTISTS = 6;

const WHAT_PEOPLE_DO = {
  toggle: 30,
  toggleOnAndOn: 2,
  sync: 12,
  profile: 12,
  switchAccount: 4,
  disconnect: 4,
  sendNonsense: 3,
};

const TOGGLES_IN_A_LOOP = 14;

/** Answers that only a new consent mends. */
const WANTS_CONSENT = new Set(['SPOTIFY_TOKEN_REVOKED', 'SPOTIFY_SCOPE_MISSING', 'PLATFORM_NOT_CONNECTED']);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One person's life until `untilMs`: reads side by side, and meanwhile one command after the other. */
export async function live(world: World, person: Person, random: Random, untilMs: number): Promise<void> {
  const commands = createCommands(world, person, random);
  await connectSomehow(commands, person);
  let wantsConsent = false;
  let favourites: string[] = [];

  const learn = ({ reply }: Exchange) => {
    wantsConsent = WANTS_CONSENT.has(reply.json?.error?.code ?? reply.json?.warning_code);
    const ids = (reply.json?.data?.artists ?? []).map(({ id }: { id: string }) => id);
    if (favourites.length < TOUCHED_ARTISTS) favourites = ids.slice(0, TOUCHED_ARTISTS);
  };

  async function readOn(chance: Random): Promise<void> {
    while (Date.now() < untilMs) {
      const isLong = chance.chance(0.5);
      learn(await commands.read(isLong ? 0 : Math.floor(chance.between(0, 4)), isLong ? 100 : 20));
      await pause(chance.between(...READER_PAUSE_MS));
    }
  }

  async function commandOn(): Promise<void> {
    while (Date.now() < untilMs) {
      await pause(random.between(...COMMAND_PAUSE_MS));
      if (wantsConsent && random.chance(0.4)) await commands.connect(random.pick(person.accounts));
      else await act(commands, person, random, favourites);
    }
  }

  await Promise.all([commandOn(), ...Array.from({ length: READERS }, () => readOn(random.fork()))]);
}

async function act(
  commands: Commands,
  { accounts }: Person,
  random: Random,
  favourites: readonly string[],
): Promise<void> {
  switch (random.weighted(WHAT_PEOPLE_DO)) {
    case 'toggle':
      if (favourites.length > 0) await commands.toggle(random.pick(favourites));
      return;
    case 'toggleOnAndOn':
      if (favourites.length > 0) await toggleOnAndOn(commands, random.pick(favourites));
      return;
    case 'sync':
      await commands.sync();
      return;
    case 'profile':
      await commands.profile();
      return;
    case 'switchAccount':
      await commands.connect(random.pick(accounts));
      return;
    case 'disconnect':
      await commands.disconnect();
      return;
    case 'sendNonsense':
      await commands.ask('POST', '/api/user/artists/toggle', { artist_id: 'nonsense' });
  }
}

/** More often than a user's toggles bring about computations; each with a look at the list. */
async function toggleOnAndOn(commands: Commands, artistId: string): Promise<void> {
  for (let times = 0; times < TOGGLES_IN_A_LOOP; times++) {
    await commands.toggle(artistId);
    await commands.read(0, 20);
  }
}

/** How long it may take until everybody is served again: leases, back-offs and bans all end before. */
const RECOVERY_MS = 40_000;

/** When all troubles are over, every user gets a fresh list of the own account, without doing anything for it. */
export async function recover(world: World, person: Person, random: Random): Promise<void> {
  const commands = createCommands(world, person, random);
  const nowMs = Date.now();
  const possible = [...person.connection.possible(nowMs, nowMs)] as string[];
  const [account = ''] = possible;
  const isConnected = possible.length === 1 && person.accounts.some((own) => own === account);
  if (!isConnected || person.isRevoked(account)) await connectSomehow(commands, person);
  else world.chronicle.count('people who recovered by themselves');
  while (Date.now() < nowMs + RECOVERY_MS) {
    const { reply } = await commands.read(0, 100);
    if (reply.json?.cache_status === 'fresh') {
      world.chronicle.count('people served in the end');
      return;
    }
    if (person.isRevoked(account)) await connectSomehow(commands, person);
    await pause(500);
  }
  world.chronicle.violate('notRecovered', person.id, 'no fresh list');
}

async function connectSomehow(commands: Commands, { accounts }: Person): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    if (await commands.connect(accounts[0])) return;
    await pause(250);
  }
}
