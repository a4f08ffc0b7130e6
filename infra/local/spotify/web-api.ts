import type { Clock } from '../../../shared/clock.ts';
import type { Accounts, CallKind } from './accounts.ts';
import type { AppLimits } from './app-limits.ts';
import type { Catalogues } from './catalogue.ts';
import type { AccessGrant, Grants } from './grants.ts';
import { settingsAt, takeItsTime, webApiRefusal } from './modes.ts';
import { listsOf } from './oddities.ts';
import {
  BadParameter,
  followedArtists,
  type Listener,
  MAX_LIMIT,
  ownProfile,
  recentlyPlayed,
  savedTracks,
  topArtists,
} from './pages.ts';
import { apiError, json, type Reply, type StandInRequest } from './replies.ts';

interface Endpoint {
  kind: CallKind;
  /** Null where any token will do. */
  scope: string | null;
  /** Whether `fail_page` counts it. */
  list: boolean;
  /** @throws BadParameter */
  read: (listener: Listener, url: URL) => unknown;
}

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map([
  ['/v1/me', { kind: 'me', scope: null, list: false, read: ownProfile }],
  ['/v1/me/top/artists', { kind: 'top', scope: 'user-top-read', list: true, read: topArtists }],
  ['/v1/me/following', { kind: 'following', scope: 'user-follow-read', list: true, read: followedArtists }],
  [
    '/v1/me/player/recently-played',
    { kind: 'recent', scope: 'user-read-recently-played', list: true, read: recentlyPlayed },
  ],
  ['/v1/me/tracks', { kind: 'tracks', scope: 'user-library-read', list: true, read: savedTracks }],
] as const);

const BEARER = /^Bearer (\S+)$/i;

interface WebApiParts {
  accounts: Accounts;
  grants: Grants;
  catalogues: Catalogues;
  appLimits: AppLimits;
  clock: Clock;
}

/** `GET /v1/…`: whose token it is, how that account's Spotify behaves today, then the page. */
export function createWebApi({ accounts, grants, catalogues, appLimits, clock }: WebApiParts) {
  return async function answerWebApi(request: StandInRequest): Promise<Reply> {
    const endpoint = ENDPOINTS.get(request.url.pathname);
    if (!endpoint) return apiError(404, 'Service not found');
    if (request.method !== 'GET') return apiError(405, 'Method not allowed', { headers: { allow: 'GET' } });
    const { authorization } = request.headers;
    if (authorization === undefined) return apiError(401, 'No token provided');
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) return apiError(400, 'Only valid bearer authentication supported');
    const access = grants.findAccess(token);
    if (!access) return apiError(401, 'Invalid access token');
    return (await refusal(endpoint, access, request)) ?? read(endpoint, access.account, request.url);
  };

  async function refusal(
    { kind, list, scope }: Endpoint,
    access: AccessGrant,
    { url, signal }: StandInRequest,
  ): Promise<Reply | undefined> {
    accounts.count(access.account, kind);
    const failsHere = list && accounts.failsThisPage(access.account, url.pathname + url.search);
    const limited = appLimits.refuse(url.pathname);
    if (limited) return limited;
    const account = accounts.open(access.account);
    const { calls } = account;
    const settings = settingsAt(url.pathname, account.settings);
    await takeItsTime(settings, clock, signal);
    const byMode = webApiRefusal(settings, calls[kind]);
    if (byMode) return byMode;
    if (access.expiresAtMs <= clock.nowMs()) return apiError(401, 'The access token expired');
    if (scope !== null && !access.scopes.includes(scope)) return apiError(403, 'Insufficient client scope');
    return failsHere ? apiError(502, 'Bad gateway.') : undefined;
  }

  function read(endpoint: Endpoint, account: string, url: URL): Reply {
    const { settings } = accounts.open(account);
    const listener = {
      account,
      shape: settings.shape,
      lists: listsOf(catalogues.of(account, settings), settings.oddities),
      maxLimit: settings.max_limit ?? MAX_LIMIT,
      plays: () => accounts.plays(account),
    };
    try {
      return json(200, endpoint.read(listener, url));
    } catch (error) {
      if (error instanceof BadParameter) return apiError(400, error.message);
      throw error;
    }
  }
}
