import { hash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { createSpotifyStandIn } from '../../../../infra/local/spotify/stand-in.ts';
import type { Clock } from '../../../../shared/clock.ts';

export const CLIENT_ID = 'test-client';
export const REDIRECT_URI = 'http://127.0.0.1:3000/callback';
const VERIFIER = 'a-verifier-of-at-least-forty-three-characters-in-all';
export const SCOPES = 'user-top-read user-follow-read user-read-recently-played user-library-read';
const CLIENT_SECRET = 'test-secret';
const START = '2026-11-22T12:00:00.000Z';

/** A clock that stands still; sleeping ends when the test wakes the sleepers, or when the signal aborts. */
function frozenClock() {
  let nowMs = Date.parse(START);
  const sleepers = new Set<() => void>();
  const sleeps: number[] = [];
  const ended: string[] = [];
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleeps.push(ms);
        sleepers.add(resolve);
        signal?.addEventListener('abort', () => {
          ended.push('aborted');
          reject(signal.reason);
        });
      }),
  };
  return {
    ...clock,
    /** What was slept for, in order, and which sleeps were cut short. */
    sleeps,
    ended,
    advance: (ms: number) => {
      nowMs += ms;
    },
    moveTo: (date: string) => {
      nowMs = Date.parse(date);
    },
    wakeAll: () => {
      for (const wake of sleepers) wake();
      sleepers.clear();
    },
  };
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  scope: string;
}

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what Spotify sends is what these tests look into
  json: any;
}

/** A stand-in on a free port, closed when the test ends, and the calls an application makes. */
export async function startSpotify({ seed, keptIn }: { seed?: string; keptIn?: string } = {}) {
  const clock = frozenClock();
  const standIn = await createSpotifyStandIn({
    port: 0,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    clock,
    ...(seed === undefined ? {} : { seed }),
    ...(keptIn === undefined ? {} : { keptIn }),
  });
  onTestFinished(() => standIn.close());

  async function call(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(new URL(path, standIn.url), { redirect: 'manual', ...init });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  }

  const control = (method: string, path: string, body?: unknown) =>
    call(`/_control/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

  const authorize = (parameters: Record<string, string | undefined> = {}, headers = {}) =>
    call(`/authorize?${authorizationQuery(parameters)}`, { headers });

  async function approve(account: string, parameters: Record<string, string> = {}): Promise<string> {
    const answer = await authorize({ ...parameters, account, approve: '1' });
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code');
    if (!code) throw new Error(`no code: ${answer.status}`);
    return code;
  }

  const token = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    call('/api/token', {
      method: 'POST',
      headers: { authorization: basic(CLIENT_ID, CLIENT_SECRET), ...headers },
      body: new URLSearchParams(form),
    });

  const exchange = (code: string, form: Record<string, string> = {}) =>
    token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: VERIFIER,
      ...form,
    });

  return {
    ...standIn,
    clock,
    call,
    control,
    authorize,
    approve,
    token,
    exchange,
    refresh: (refreshToken: string) => token({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    /** A person approves and the application takes its tokens. */
    async connect(account = 'alma', scope = SCOPES): Promise<Tokens> {
      const answer = await exchange(await approve(account, { scope }));
      if (answer.status !== 200) throw new Error(`no tokens: ${answer.status}`);
      return answer.json;
    },
    api: (path: string, tokens: Pick<Tokens, 'access_token'>) =>
      call(path, { headers: { authorization: `Bearer ${tokens.access_token}` } }),
  };
}

export type Spotify = Awaited<ReturnType<typeof startSpotify>>;

/** The parameters of an ordinary authorization; undefined leaves one out. */
function authorizationQuery(changes: Record<string, string | undefined> = {}): URLSearchParams {
  const parameters = {
    client_id: CLIENT_ID,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: SCOPES,
    state: 'a-state',
    code_challenge: hash('sha256', VERIFIER, 'base64url'),
    code_challenge_method: 'S256',
    ...changes,
  };
  return new URLSearchParams(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

/** Follows `next` to the end; `listOf` finds the page in the reply. */
export async function everyPage(
  spotify: Spotify,
  tokens: Tokens,
  path: string,
  listOf = (json: Answer['json']) => json,
): Promise<{ items: Answer['json'][]; pages: number }> {
  const items: Answer['json'][] = [];
  let pages = 0;
  for (let next: string | null = path; next; pages++) {
    const page = listOf((await spotify.api(next, tokens)).json);
    items.push(...page.items);
    next = page.next;
  }
  return { items, pages };
}

function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
