import { isFromOwnPage } from '../callers.ts';
import type { Accounts } from './accounts.ts';
import type { AppLimits } from './app-limits.ts';
import { json, type Reply, type StandInRequest } from './replies.ts';
import { InvalidControl, isAccountName, parseApp, parsePlays, parseSettings } from './settings.ts';
import { accountId } from './shapes.ts';

interface ControlParts {
  accounts: Accounts;
  appLimits: AppLimits;
  hosts?: readonly string[] | undefined;
}

const ACCOUNT_PATH = /^\/_control\/accounts\/([^/]+)(\/plays)?$/;
/** `/_control/…`: how tests and the console tell the stand-in what to be. The routes are described in stand-in.ts. */
export function createControl({ accounts, appLimits, hosts }: ControlParts) {
  /** Pages of this machine may use it; others may not, also where they could not read the reply. */
  return function answerControl(request: StandInRequest): Reply {
    const { origin } = request.headers;
    if (!isFromOwnPage(origin, hosts)) return controlError(403, 'not for pages from elsewhere');
    const reply = request.method === 'OPTIONS' ? preflight() : answer(request);
    if (!origin) return reply;
    return { ...reply, headers: { ...reply.headers, 'access-control-allow-origin': origin, vary: 'Origin' } };
  };

  function answer({ method, url, body }: StandInRequest): Reply {
    const route = `${method} ${url.pathname}`;
    if (route === 'GET /_control/health') return json(200, { ready: true });
    if (route === 'POST /_control/reset') {
      accounts.reset();
      appLimits.set({});
      return json(200, { reset: true });
    }
    if (route === 'GET /_control/accounts') {
      const known = accounts.names().map((account) => ({ account, account_id: accountId(account) }));
      return json(200, { accounts: known });
    }
    if (url.pathname === '/_control/app') return answerApp(method, body);
    const [, encodedName, plays] = ACCOUNT_PATH.exec(url.pathname) ?? [];
    if (encodedName === undefined) return controlError(404, 'no such control');
    const name = decodeName(encodedName);
    if (name === undefined) return invalid([{ field: 'account', reason: 'is not an account name' }]);
    return refusingUnfit(() => {
      if (plays && method === 'POST') {
        return json(200, { added: accounts.addPlays(name, parsePlays(parseJson(body))).map(shownPlay) });
      }
      if (!plays && method === 'GET') return json(200, accounts.get(name));
      if (!plays && method === 'PUT') return json(200, accounts.set(name, parseSettings(parseJson(body))));
      return controlError(405, 'method not allowed', { allow: plays ? 'POST' : 'GET, PUT' });
    });
  }

  function answerApp(method: string, body: string): Reply {
    return refusingUnfit(() => {
      if (method === 'GET') return json(200, appLimits.get());
      if (method === 'PUT') return json(200, appLimits.set(parseApp(parseJson(body))));
      return controlError(405, 'method not allowed', { allow: 'GET, PUT' });
    });
  }
}

/** What does not fit is a 400 that names it. */
function refusingUnfit(answer: () => Reply): Reply {
  try {
    return answer();
  } catch (error) {
    if (error instanceof InvalidControl) return invalid(error.details);
    throw error;
  }
}

function decodeName(encoded: string): string | undefined {
  try {
    const name = decodeURIComponent(encoded);
    return isAccountName(name) ? name : undefined;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** An empty body is an empty object. */
function parseJson(body: string): unknown {
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) throw new InvalidControl([{ field: 'body', reason: 'is not JSON' }]);
    throw error;
  }
}

function shownPlay({ artistId, playedAtMs }: { artistId: string; playedAtMs: number }) {
  return { artist_id: artistId, played_at: new Date(playedAtMs).toISOString() };
}

function invalid(details: InvalidControl['details']): Reply {
  return json(400, { error: { message: new InvalidControl(details).message, details } });
}

function controlError(status: number, message: string, headers: Record<string, string> = {}): Reply {
  return json(status, { error: { message } }, headers);
}

function preflight(): Reply {
  return {
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET, PUT, POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '600',
    },
    body: '',
  };
}
