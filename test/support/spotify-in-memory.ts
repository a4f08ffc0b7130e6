import { createAccounts } from '../../infra/local/spotify/accounts.ts';
import { createAppLimits } from '../../infra/local/spotify/app-limits.ts';
import { createAuthorizePage } from '../../infra/local/spotify/authorize.ts';
import { createCatalogues } from '../../infra/local/spotify/catalogue.ts';
import { createGrants } from '../../infra/local/spotify/grants.ts';
import { openJournal } from '../../infra/local/spotify/journal.ts';
import { apiError, json, type Reply } from '../../infra/local/spotify/replies.ts';
import { parseApp, parseSettings } from '../../infra/local/spotify/settings.ts';
import { createTokenEndpoint } from '../../infra/local/spotify/token.ts';
import { createWebApi } from '../../infra/local/spotify/web-api.ts';
import type { Clock } from '../../shared/clock.ts';

export const SPOTIFY_URL = 'https://spotify.test';
export const CLIENT = { clientId: 'our-client', clientSecret: 'our-secret' };

/** A call of Spotify, as it was sent. */
export interface SpotifyCallSeen {
  atMs: number;
  path: string;
  query: URLSearchParams;
  /** What was posted. */
  form: URLSearchParams;
}

/** Bends what Spotify answers; `pass` asks the stand-in. `cut`: the connection breaks. */
export type Bend = (
  call: SpotifyCallSeen,
  pass: () => Promise<Reply>,
) => Reply | 'cut' | Promise<Reply | 'cut'>;

/** The stand-in without a network: `fetch` as it would be if Spotify were in this process, in the time of `clock`. */
export function spotifyInMemory(clock: Clock) {
  const catalogues = createCatalogues('spotify');
  const journal = openJournal(undefined);
  const accounts = createAccounts({ clock, catalogues, journal });
  const grants = createGrants(clock, journal);
  const appLimits = createAppLimits(clock, journal);
  const authorize = createAuthorizePage({ accounts, grants, clientId: CLIENT.clientId });
  const token = createTokenEndpoint({ accounts, grants, clock, ...CLIENT });
  const webApi = createWebApi({ accounts, grants, catalogues, appLimits, clock });
  let bend: Bend = (_, pass) => pass();

  async function fetch(url: URL, init: RequestInit): Promise<Response> {
    const body = String(init.body ?? '');
    const signal = init.signal ?? new AbortController().signal;
    const headers = Object.fromEntries(new Headers(init.headers));
    const request = { method: init.method ?? 'GET', url, headers, body, signal };
    const call = { atMs: clock.nowMs(), path: url.pathname, query: url.searchParams };
    const pass = async () => (url.pathname === '/api/token' ? token(request) : webApi(request));
    const reply = await bend({ ...call, form: new URLSearchParams(body) }, pass);
    signal.throwIfAborted();
    if (reply === 'cut') throw new TypeError('fetch failed');
    return new Response(reply.body, { status: reply.status, headers: reply.headers });
  }

  return {
    fetch,
    /** From now on; without: straight. */
    bend: (by: Bend = (_, pass) => pass()): void => {
      bend = by;
    },
    /** Settings of an account. */
    set: (account: string, settings: object): void => void accounts.set(account, parseSettings(settings)),
    calls: (account: string) => accounts.get(account),
    /** Limits of the application. */
    limit: (limits: object): void => void appLimits.set(parseApp(limits)),
    addPlays: accounts.addPlays,
    /** What the user does on the consent page: the code and the state that come back. */
    consent(authorizationUrl: string, account: string): { code: string; state: string } {
      const url = new URL(`${authorizationUrl}&approve=1&account=${encodeURIComponent(account)}`);
      const asked = { method: 'GET', url, headers: {}, body: '', signal: new AbortController().signal };
      const back = new URL(authorize(asked).headers.location ?? '').searchParams;
      return { code: back.get('code') ?? '', state: back.get('state') ?? '' };
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: what Spotify says is what tests change
type Changeable = any;

/** Changes the JSON of a path's good replies, in place or by what is returned. */
export const bendJson =
  (path: string, change: (body: Changeable, call: SpotifyCallSeen) => unknown): Bend =>
  async (call, pass) => {
    const reply = await pass();
    if (call.path !== path || reply.status !== 200) return reply;
    const body = JSON.parse(reply.body);
    return json(200, change(body, call) ?? body, reply.headers);
  };

/** Answers a path by something else. */
export const bendPath =
  (path: string, answer: Reply | 'cut' | ((call: SpotifyCallSeen) => Reply | 'cut' | undefined)): Bend =>
  (call, pass) =>
    call.path === path ? ((typeof answer === 'function' ? answer(call) : answer) ?? pass()) : pass();

/** A 429 in Spotify's words. */
export const limited = (headers: Record<string, string> = {}, reason?: string): Reply =>
  apiError(429, 'API rate limit exceeded', { headers, ...(reason && { reason }) });
