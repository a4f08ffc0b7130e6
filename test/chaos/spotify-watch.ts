import { ALL_CALLS } from '../../shared/cache/bans.ts';
import { bucketOf } from '../../shared/spotify/endpoints.ts';
import type { Deal, WireReply, WireRequest } from '../support/detour.ts';
import type { Chronicle } from './chronicle.ts';
import type { KnownBan } from './store-watch.ts';

interface SpotifyWatchOptions {
  readonly chronicle: Chronicle;
  readonly bans: () => readonly KnownBan[];
  /** The user whose account it is. */
  userOf(account: string): string | undefined;
  /** Whether everything that may be calling Spotify for the user began after `ms`. */
  allBeganAfter(user: string, ms: number): boolean;
}

/** An instance goes by what it has read of the bans for so long. */
const KNOWN_FOR_MS = 1_000;

/** Knows whose call of Spotify each is, by the tokens that Spotify gave. */
export function createSpotifyWatch({ chronicle, bans, userOf, allBeganAfter }: SpotifyWatchOptions) {
  const accountsByToken = new Map<string, string>();
  const rotatedAtMs = new Map<string, number>();

  function judgeCall(account: string, what: string): void {
    const user = userOf(account);
    const nowMs = Date.now();
    chronicle.count('calls to Spotify');
    chronicle.tell(user, `Spotify: ${what} of ${account}`);
    const concerned = bansOf(what);
    const ban = bans().find(
      ({ name, storedAtMs, untilMs }) => concerned.includes(name) && storedAtMs < nowMs && nowMs < untilMs,
    );
    if (!ban || user === undefined) return;
    if (!allBeganAfter(user, ban.storedAtMs + KNOWN_FOR_MS)) {
      chronicle.count('calls of requests older than a ban');
      return;
    }
    chronicle.violate('cooldown', user, `${what}, ${ban.untilMs - nowMs} ms before Spotify may be asked`);
  }

  function remember(account: string, { status, body }: WireReply, isRefresh: boolean): void {
    const tokens = status === 200 ? parse(body) : undefined;
    for (const token of [tokens?.access_token, tokens?.refresh_token])
      if (typeof token === 'string') accountsByToken.set(token, account);
    if (isRefresh && typeof tokens?.refresh_token === 'string') {
      rotatedAtMs.set(account, Date.now());
      chronicle.count('tokens rotated');
      chronicle.tell(userOf(account), `Spotify: another refresh token for ${account}`);
    }
  }

  const deal: Deal = async (request, pass) => {
    const { credential, isRefresh, what } = describe(request);
    const account = accountsByToken.get(credential ?? '');
    if (account) judgeCall(account, what);
    const reply = await pass();
    if (account) remember(account, reply, isRefresh);
    if (account) chronicle.tell(userOf(account), `Spotify: ${what} answered ${reply.status}`);
    return reply;
  };

  return {
    deal,
    /** Whose authorization code it is: the consent page says so to the browser only. */
    learnCode: (code: string, account: string): void => void accountsByToken.set(code, account),
    /** When the account was given another refresh token for the last time. */
    rotatedAtMs: (account: string): number => rotatedAtMs.get(account) ?? Number.NEGATIVE_INFINITY,
  };
}

/** Which bans forbid a call. Connecting goes on while all else is limited. */
function bansOf(what: string): readonly string[] {
  if (what === 'exchange') return ['token'];
  if (what === 'refresh') return ['token', ALL_CALLS];
  return what === '/v1/me' ? [] : [ALL_CALLS, bucketOf(what)];
}

function describe({ method, path, headers, body }: WireRequest) {
  if (method === 'POST' && path === '/api/token') {
    const form = new URLSearchParams(body.toString('utf8'));
    const isRefresh = form.get('grant_type') === 'refresh_token';
    const credential = form.get('code') ?? form.get('refresh_token');
    return { credential, isRefresh, what: isRefresh ? 'refresh' : 'exchange' };
  }
  const credential = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  return { credential, isRefresh: false, what: path.split('?')[0] ?? '' };
}

// biome-ignore lint/suspicious/noExplicitAny: whatever Spotify says
function parse(body: Buffer): any {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
