import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { forOwnHosts } from '../callers.ts';
import { BodyTooLarge, readBody } from '../http.ts';
import { createAccounts } from './accounts.ts';
import { createAppLimits } from './app-limits.ts';
import { createAuthorizePage } from './authorize.ts';
import { createCatalogues } from './catalogue.ts';
import { createControl } from './control.ts';
import { countsAsGrant, createGrants } from './grants.ts';
import { openJournal } from './journal.ts';
import { apiError, json, plain, type Reply, type StandInRequest, send } from './replies.ts';
import { parseApp, parsePlays, parseSettings } from './settings.ts';
import { createTokenEndpoint } from './token.ts';
import { createWebApi } from './web-api.ts';

interface StandInOptions {
  /** 0 takes a free one. */
  port: number;
  host?: string;
  clientId: string;
  clientSecret: string;
  /** Hosts by which it may be called beside those of every machine itself. */
  hosts?: readonly string[] | undefined;
  clock?: Clock;
  /** Another seed gives every account other artists. */
  seed?: string;
  /** A file of JSON lines in which tokens, accounts and limits outlive the stand-in; none: they end with it. */
  keptIn?: string;
}

type Route = (request: StandInRequest) => Reply | Promise<Reply>;

const MAX_BODY_BYTES = 64 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * A stand-in for Spotify over HTTP: the accounts service and the Web API on one port, and a control beside them.
 * What it is given a file for outlives it, all but the counters and the codes; else all is in memory. Its answers are
 * deterministic: the same account name has the same artists in every process. An account exists as soon as it is named.
 * Amounts of time come from `clock`, never from the machine.
 *
 * ## What it stands in for
 * - `GET /authorize` shows a consent page (French or English); `&approve=1&account=NAME` answers 302 to the redirect
 *   URI with `code` and `state`, `&approve=0` with `error=access_denied` and `state`. `redirect_uri` is https or
 *   `http://127.0.0.1:PORT`. A challenge needs `code_challenge_method=S256`. The page works in every mode.
 * - `POST /api/token` (form, Basic auth): `authorization_code` (a code lives 10 minutes and is spent by the first
 *   attempt) and `refresh_token`. Consent lasts 6 calendar months; neither refreshing nor rotating prolongs it.
 *   Access tokens live 3600 s, whatever happens to the consent meanwhile.
 * - `GET /v1/me`, `/v1/me/top/artists`, `/v1/me/following?type=artist`, `/v1/me/player/recently-played`,
 *   `/v1/me/tracks`, each with its scope. `next` links point to this server.
 *
 * ## Control (JSON)
 * - `GET /_control/health` → 200 `{ "ready": true }`.
 * - `GET /_control/accounts` → `{ "accounts": [{ account, account_id }] }`: those that have been named, with the id by
 *   which an application knows them.
 * - `PUT /_control/accounts/NAME` merges settings and answers like the next one; what does not fit is a 400
 *   `{ "error": { "message", "details": [{ "field", "reason" }] } }` and changes nothing.
 * - `GET /_control/accounts/NAME` → `{ account, …settings, calls: { token, top, following, recent, tracks, me }, total }`:
 *   the calls since the last reset, those included
 *   that a mode refused. A call whose token or code is unknown belongs to no account and is not counted.
 * - `POST /_control/accounts/NAME/plays` `{ "count"?: 1–50, "artist_id"?: "…" }` adds plays that end now (default: one
 *   play, of an artist of the account) → `{ "added": [{ "artist_id", "played_at" }] }`. An account begins with 30 plays.
 * - `PUT /_control/app` `{ "per_30_s"?: 180, "quota"?: { "/v1/me/tracks": 100 } }`: limits of the whole application, in any
 *   30 s and by endpoint a day, in place of those before; `{}` lifts them. It answers as `GET /_control/app` does: with
 *   `calls_in_30_s` and `used` besides. Beyond a limit the Web API answers 429, with QUOTA_EXCEEDED beyond a quota.
 * - `POST /_control/reset`: counters, settings and added plays of all accounts go back to the start, limits of the
 *   application are lifted. Tokens stay valid, and those that a mode had ended live again.
 *
 * ## Settings
 * | setting | default | |
 * |---|---|---|
 * | `mode` | `ok` | see below |
 * | `retry_after` | null | seconds of `Retry-After` in `rate_limited` and `quota`; null: 2 and 48925 |
 * | `latency_ms` | 0 | each call of the token endpoint and of the Web API waits that long (≤ 600000) |
 * | `artists` | 137 | distinct artists over top, followed and saved tracks together (0–20000) |
 * | `fail_page` | null | the page asked for by the n-th list call from now on (1 = the next) answers 502, as often as it is asked for, until this is set again; null or 0: none |
 * | `rotate` | false | each refresh returns a new refresh token and the old one is `invalid_grant` |
 * | `shape` | `dev` | `legacy` adds followers, genres and popularity |
 * | `top`, `followed`, `saved` | null | artists of each term, followed artists, saved tracks; null: as `artists` has it |
 * | `fail` | [] | `[{ path, mode }]`: this endpoint alone behaves as in that mode |
 * | `max_limit` | null | the most that a page has, whatever was asked for (1–50); its `limit` says so |
 * | `oddities` | false | one item in twelve is followed by an odd one, in every list, beside the artists that count; `demo` has them from the start |
 *
 * ## Modes
 * - `revoked`, `expired`: the user revokes (or the six months end) at the moment of the PUT. Refresh tokens given
 *   before answer 400 `invalid_grant`; access tokens already issued go on until their hour is over. A new consent
 *   works at once, without leaving the mode: the user has reconnected. A further PUT of the mode ends that one too.
 *   Leaving the mode brings the ended tokens back to life: so one can play the outage of 2022, in which Spotify
 *   answered `invalid_grant` to valid tokens.
 * - `down`: 503 from the token endpoint and the Web API. `html502`: 502 with an HTML page, from both.
 * - `malformed`: 200 with a body that makes no sense, from both: cut off, another shape, HTML, `null` and empty in turn.
 * - `slow`: both answer, after 15 s (or `latency_ms`, if longer).
 * - `rate_limited`: 429 from the Web API. `quota`: 429 with the reason QUOTA_EXCEEDED.
 * - `forbidden`: 403 in plain text from the Web API. `unauthorized`: 401 from the Web API, also to a new token.
 *
 * @returns the address, the in-process control of accounts, and `close()`, which ends waiting requests too.
 * @throws when the port cannot be taken.
 */
export async function createSpotifyStandIn({
  port,
  host = '127.0.0.1',
  clientId,
  clientSecret,
  hosts,
  clock = systemClock,
  seed = 'spotify',
  keptIn,
}: StandInOptions) {
  const catalogues = createCatalogues(seed);
  const journal = openJournal(keptIn, (key, value) => countsAsGrant(key, value, clock.nowMs()));
  const accounts = createAccounts({ clock, catalogues, journal });
  const grants = createGrants(clock, journal);
  const appLimits = createAppLimits(clock, journal);
  const route = createRoutes({
    authorize: createAuthorizePage({ accounts, grants, clientId }),
    token: createTokenEndpoint({ accounts, grants, clock, clientId, clientSecret }),
    webApi: createWebApi({ accounts, grants, catalogues, appLimits, clock }),
    control: createControl({ accounts, appLimits, hosts }),
  });

  let origin = '';
  const server = createServer(
    forOwnHosts((request, response) => void serve(request, response, origin, route), hosts),
  );
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  origin = await listen(server, port, host);

  return {
    /** Such as `http://127.0.0.1:3001`, without a slash at the end. */
    url: origin,
    /** What the control routes do, without HTTP. Each `@throws InvalidControl` for what does not fit. */
    accounts: {
      set: (name: string, settings: unknown) => accounts.set(name, parseSettings(settings)),
      get: accounts.get,
      addPlays: (name: string, plays: unknown = {}) => accounts.addPlays(name, parsePlays(plays)),
      reset: accounts.reset,
    },
    /** The limits of the whole application. `@throws InvalidControl` likewise. */
    app: { set: (limits: unknown) => appLimits.set(parseApp(limits)), get: appLimits.get },
    async close(): Promise<void> {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Waiting requests end with their connections.
      server.closeAllConnections();
      await closed;
    },
  };
}

function createRoutes({
  authorize,
  token,
  webApi,
  control,
}: Record<'authorize' | 'token' | 'webApi' | 'control', Route>): Route {
  return (request) => {
    const { pathname } = request.url;
    if (pathname.startsWith('/_control/')) return control(request);
    if (pathname.startsWith('/v1/')) return webApi(request);
    const [method, answer] =
      pathname === '/authorize' ? ['GET', authorize] : pathname === '/api/token' ? ['POST', token] : [];
    if (!method || !answer) return plain(404, 'Not found');
    return request.method === method ? answer(request) : plain(405, 'Method not allowed', { allow: method });
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  origin: string,
  route: Route,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    // After our own origin an absolute address or an asterisk makes no URL.
    const url = URL.parse(`${origin}${request.url}`);
    if (!url) return send(response, plain(400, 'Bad request'));
    const { method = 'GET', headers } = request;
    const body = (await readBody(request, MAX_BODY_BYTES)).toString('utf8');
    send(response, await route({ method, url, headers, body, signal: gone.signal }));
  } catch (error) {
    if (gone.signal.aborted) response.destroy();
    else if (error instanceof BodyTooLarge) {
      send(
        response,
        json(413, { error: { status: 413, message: 'Body too large' } }, { connection: 'close' }),
      );
    } else send(response, apiError(500, 'The stand-in has a defect'));
  }
}

function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the port is taken' : cause.message;
      reject(new Error(`the Spotify stand-in cannot listen on ${host}:${port}: ${why}`, { cause }));
    });
    server.listen(port, host, () => {
      resolve(`http://${host}:${(server.address() as AddressInfo).port}`);
    });
  });
}
