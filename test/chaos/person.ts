import type { FunctionName } from '../../infra/functions.ts';
import { allRoutes } from '../../shared/contract/routes.ts';
import { type HttpReply, http } from '../support/http-client.ts';
import { createRegister, type Ending } from './register.ts';
import type { World } from './world.ts';

/** What the user is connected to: the name of an account, or this. */
export const NOTHING = 'nothing';

/** A request with its answer. */
export interface Exchange {
  readonly functionName: FunctionName;
  readonly method: string;
  readonly path: string;
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly reply: HttpReply;
}

/** A command may take effect after its answer only when it is not known how it ended, and then not long after. */
const AFTERMATH_MS = 5_000;

export type Person = ReturnType<typeof createPerson>;

/** A user of the app: sends requests and knows what the answers may be. Gives one command at a time, reads any time. */
export function createPerson(world: World, id: string, token: string) {
  const { chronicle, apiUrl } = world;
  const inFlight = new Set<{ beganAtMs: number }>();
  const selections = new Map<string, ReturnType<typeof createRegister<boolean>>>();
  /** When the consent for an account was given, and when one was revoked last. */
  const consentedAtMs = new Map<string, number>();
  const revokedAtMs = new Map<string, number>();
  let mayForgetUntilMs = 0;
  let handedOverAtMs = Number.NEGATIVE_INFINITY;

  async function send(method: string, path: string, body?: object): Promise<Exchange> {
    const known = path.split('?')[0];
    const functionName = allRoutes.find(
      (route) => route.path === known && route.method === method,
    )?.functionName;
    const beganAtMs = Date.now();
    const mark = { beganAtMs };
    inFlight.add(mark);
    chronicle.tell(id, `${method} ${path} ${body ? JSON.stringify(body) : ''}`);
    const headers = { authorization: `Bearer ${token}` };
    const reply = await http(method, apiUrl + path, { headers, ...(body ? { body } : {}) });
    inFlight.delete(mark);
    chronicle.tell(id, `${method} ${path} since ${beganAtMs % 100_000}: ${inShort(reply)}`);
    return {
      functionName: functionName as FunctionName,
      method,
      path,
      beganAtMs,
      endedAtMs: Date.now(),
      reply,
    };
  }

  function selectionOf(artistId: string) {
    const known = selections.get(artistId) ?? createRegister(false);
    selections.set(artistId, known);
    return known;
  }

  return {
    id,
    accounts: [`${id}-a`, `${id}-b`] as const,
    connection: createRegister<string>(NOTHING),
    send,
    selectionOf,
    /** Whether the app ever touched it; what it never touched is not selected. */
    isTouched: (artistId: string) => selections.has(artistId),
    touched: () => [...selections.keys()],

    /** A command that may delete the cached list. */
    async forgetting(work: () => Promise<Ending>): Promise<Ending> {
      mayForgetUntilMs = Number.POSITIVE_INFINITY;
      const ending = await work();
      mayForgetUntilMs = Date.now() + (ending === 'unknown' ? AFTERMATH_MS : 0);
      return ending;
    },
    mayForget: (atMs: number) => atMs <= mayForgetUntilMs,

    consented: (account: string, atMs: number) => void consentedAtMs.set(account, atMs),
    revoked: (account: string, atMs: number) => void revokedAtMs.set(account, atMs),
    /** Whether the account's owner, or a lost token, has ended the last consent. */
    isRevoked: (account: string) =>
      (revokedAtMs.get(account) ?? Number.NEGATIVE_INFINITY) >=
      (consentedAtMs.get(account) ?? Number.NEGATIVE_INFINITY),

    handedOver: (atMs: number) => {
      handedOverAtMs = atMs;
    },
    /** Whether everything that may be asking Spotify for the user began after `ms`. */
    allBeganAfter: (ms: number): boolean =>
      handedOverAtMs + world.backgroundMs < Date.now() &&
      inFlight.size > 0 &&
      [...inFlight].every(({ beganAtMs }) => beganAtMs > ms),
  };
}

function inShort({ status, json, text }: HttpReply): string {
  if (json?.error) return `${status} ${json.error.code}`;
  if (!json?.data?.cached_at) return `${status} ${text.slice(0, 120)}`;
  const { cached, cache_status: cacheStatus, cached_at: cachedAt, warning_code: code = '' } = json.data;
  return `${status} ${cacheStatus} ${cached ? 'cached' : 'computed'} ${cachedAt} ${code}`;
}
