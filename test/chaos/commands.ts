import { http } from '../support/http-client.ts';
import type { Random } from '../support/random.ts';
import { judgeAnswer } from './judge-answer.ts';
import { type Exchange, NOTHING, type Person } from './person.ts';
import type { Ending } from './register.ts';
import type { World } from './world.ts';

const PLATFORM = { platform_slug: 'spotify' };
/** How often a person asks again who got no answer. */
const MAX_TRIES = 6;

/** 200 is a promise; a refusal for the form of the request changed nothing; of anything else it is not known. */
function endingOf({ reply }: Exchange): Ending {
  if (reply.status === 200) return 'done';
  return reply.status === 400 || reply.status === 401 ? 'void' : 'unknown';
}

export type Commands = ReturnType<typeof createCommands>;

/** What a person does in the app, one after the other, and what the harness knows by it. */
export function createCommands(world: World, person: Person, random: Random) {
  async function ask(method: string, path: string, body?: object): Promise<Exchange> {
    const exchange = await person.send(method, path, body);
    await judgeAnswer(world, person, exchange);
    return exchange;
  }

  async function toggle(artistId: string): Promise<void> {
    const isFlip = random.chance(0.2);
    const wanted = isFlip ? undefined : random.chance(0.5);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const end = person.selectionOf(artistId).begin(wanted, Date.now());
      const body = { artist_id: artistId, ...(wanted === undefined ? {} : { selected: wanted }) };
      const exchange = await ask('POST', '/api/user/artists/toggle', body);
      const ending = endingOf(exchange);
      end(ending, exchange.endedAtMs, exchange.reply.json?.data?.selected);
      if (ending !== 'unknown') return;
    }
  }

  async function disconnect(): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const end = person.connection.begin(NOTHING, Date.now());
      const ending = await person.forgetting(async () => {
        const exchange = await ask('POST', '/api/user/platforms/disconnect', PLATFORM);
        end(endingOf(exchange), exchange.endedAtMs);
        return endingOf(exchange);
      });
      if (ending !== 'unknown') return;
    }
  }

  /** The way through the consent page; undefined when the app could not begin. */
  async function consent(account: string): Promise<{ code: string; state: string } | undefined> {
    const { reply } = await ask('POST', '/api/user/platforms/connect', PLATFORM);
    if (reply.status !== 200) return undefined;
    const page = await http('GET', `${reply.json.data.authorization_url}&approve=1&account=${account}`);
    const { searchParams } = new URL(page.headers.get('location') ?? '');
    const code = searchParams.get('code') ?? '';
    world.spotify.learnCode(code, account);
    return { code, state: searchParams.get('state') ?? '' };
  }

  async function connect(account: string): Promise<boolean> {
    const consented = await consent(account);
    if (!consented) return false;
    const beganAtMs = Date.now();
    const end = person.connection.begin(account, beganAtMs);
    const ending = await person.forgetting(async () => {
      const body = { ...PLATFORM, ...consented };
      const exchange = await ask('POST', '/api/user/platforms/connect/complete', body);
      end(endingOf(exchange), exchange.endedAtMs);
      return endingOf(exchange);
    });
    if (ending === 'done') person.consented(account, beganAtMs);
    return ending === 'done';
  }

  return {
    ask,
    toggle,
    disconnect,
    connect,
    read: (page: number, limit: number) => ask('GET', `/api/user/artists?page=${page}&limit=${limit}`),
    sync: () => ask('POST', '/api/user/artists/sync'),
    profile: () => ask('GET', '/api/user/profile'),
  };
}
