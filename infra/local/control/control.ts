import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isFromSamePage } from '../callers.ts';
import { readBody, sendJson } from '../http.ts';
import type { Outcome } from '../lambda/outcome.ts';
import type { createCacheControl } from './cache-control.ts';
import { docsFile, type Shown } from './docs-page.ts';
import { AgeRequest, ControlError, parseRequest, required, TokenRequest } from './requests.ts';
import type { createStoredEntry } from './stored-entry.ts';

interface ControlOptions {
  readonly cache: ReturnType<typeof createCacheControl>;
  readonly issuer: {
    sign(token: { user: string; scope?: string | undefined; expiresInSeconds: number }): Promise<string>;
    serve(request: IncomingMessage, response: ServerResponse, path: string): void;
  };
  sweep(): Promise<Outcome>;
  /** What is stored of a user's list. */
  storedEntry: ReturnType<typeof createStoredEntry>;
  /** What is known of one of the last requests; undefined when nothing is. */
  recordedRequest(requestId: string): unknown;
  /** True once all parts answer. */
  isReady(): Promise<boolean>;
  /** The file with the OpenAPI document. */
  readonly openapiPath: string;
  /** The console page and its parts; undefined for any other path. */
  consoleFile(path: string): Shown | undefined;
}

type Action = (body: Buffer, query: URLSearchParams) => Promise<{ status?: number; reply: unknown }>;

export const ISSUER_PATH = '/_local/issuer';

/**
 * What only the local stack has, beside the API on its port: the control of time and tokens, the issuer, and pages.
 *
 * @returns a handler that answers false for what is not its own
 */
export function createControl(options: ControlOptions) {
  const { cache, issuer, sweep, isReady, openapiPath, consoleFile } = options;
  const actions: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
    '/_local/health': {
      GET: async () => {
        const ready = await isReady();
        return { status: ready ? 200 : 503, reply: { ready } };
      },
    },
    '/_local/token': {
      POST: async (body) => {
        const { user, scope, expires_in: expiresInSeconds } = parseRequest(TokenRequest, body);
        const token = await issuer.sign({ user, scope, expiresInSeconds });
        return { reply: { access_token: token, token_type: 'Bearer', expires_in: expiresInSeconds } };
      },
    },
    '/_local/age': {
      POST: async (body) => {
        const { user, seconds } = parseRequest(AgeRequest, body);
        await cache.age(user, seconds);
        return { reply: { user, seconds } };
      },
    },
    '/_local/entry': {
      GET: async (_, query) => ({ reply: await options.storedEntry(required(query, 'user')) }),
    },
    '/_local/requests': {
      GET: async (_, query) => {
        const id = required(query, 'id');
        const reply = options.recordedRequest(id);
        if (reply) return { reply };
        throw new ControlError(404, 'NOT_FOUND', `nothing is known of a request ${id}`);
      },
    },
    '/_local/forget-cooldown': {
      POST: async () => {
        await cache.forgetCooldown();
        return { reply: { forgotten: true } };
      },
    },
    '/_local/sweep': {
      POST: async () => {
        const outcome = await sweep();
        const result = JSON.parse(outcome.payload) as unknown;
        if (outcome.kind === 'ok') return { reply: result };
        throw new ControlError(502, 'SWEEP_FAILED', `the sweep failed: ${JSON.stringify(result)}`);
      },
    },
  };
  function openapi(): Shown | undefined {
    if (!existsSync(openapiPath)) return undefined;
    return { type: 'application/json', content: readFileSync(openapiPath, 'utf8') };
  }

  async function act(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = url.pathname;
    const methods = actions[path] ?? {};
    const action = methods[request.method ?? ''];
    if (!action) {
      const allow = Object.keys(methods).join(', ');
      if (allow) response.setHeader('allow', allow);
      throw allow
        ? new ControlError(405, 'METHOD_NOT_ALLOWED', `${path} answers ${allow}`)
        : new ControlError(404, 'NOT_FOUND', `the local stack has no ${path}`);
    }
    requireOwnRequest(request);
    const body = await readBody(request);
    if (body.length > 0) requireJson(request);
    const { status = 200, reply } = await action(body, url.searchParams);
    sendJson(response, status, reply, { 'cache-control': 'no-store' });
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const url = URL.parse(`http://local${request.url}`);
    if (!url) return false;
    const path = url.pathname;
    if (path.startsWith(`${ISSUER_PATH}/`)) {
      issuer.serve(request, response, path.slice(ISSUER_PATH.length));
      return true;
    }
    if (path.startsWith('/_local/')) {
      await act(url, request, response).catch((error: unknown) => sendControlError(response, error));
      return true;
    }
    if (request.method !== 'GET') return false;
    const shown = path === '/openapi.json' ? openapi() : (consoleFile(path) ?? docsFile(path));
    if (!shown) return false;
    response.writeHead(200, { 'content-type': shown.type, 'cache-control': 'no-store', ...shown.headers });
    response.end(shown.content);
    return true;
  };
}

/** What is done here is done to users: it is not for a page from elsewhere, though it could not read the reply. */
function requireOwnRequest(request: IncomingMessage): void {
  if (isFromSamePage(request)) return;
  throw new ControlError(403, 'FORBIDDEN_ORIGIN', 'the control of the local stack is not for other pages');
}

/** This type, and no simple one, makes a browser ask whether a page may send it. */
function requireJson({ headers }: IncomingMessage): void {
  if (/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) return;
  throw new ControlError(
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    'the body must be JSON and say so: Content-Type: application/json',
  );
}

function sendControlError(response: ServerResponse, error: unknown): void {
  const known = error instanceof ControlError ? error : undefined;
  if (!known) console.error('local stack: unexpected error', error);
  const { status, code, message, details } =
    known ?? new ControlError(500, 'INTERNAL', `unexpected error: ${(error as Error).message}`);
  sendJson(response, status, { success: false, error: { code, message, details } });
}
