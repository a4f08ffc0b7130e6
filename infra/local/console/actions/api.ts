import { type ArtistsClient, createClient } from '../../../../shared/client/create-client.ts';
import { failureOf } from '../../../../shared/client/failure.ts';
import type { Store } from '../state/store.ts';
import type { Failure } from '../state/types.ts';
import type { Account } from './account.ts';
import type { Exchanges } from './exchanges.ts';
import { createMeasuredFetch } from './measured-fetch.ts';
import type { Tokens } from './tokens.ts';

interface ApiOptions {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly account: Account;
  readonly exchanges: Exchanges;
}

/** The scope of those who may read the statistics, and who reads them here. */
const OPERATOR = { user: 'operator', scope: 'cache:stats' } as const;

/** The public API, as the mobile app and an operator call it: with tokens, and in the language of the page. */
export function createApi({ store, tokens, account, exchanges }: ApiOptions) {
  const options = () => ({ baseUrl: location.origin, language: store.get().language });
  const userToken = () => tokens.of(store.get().user ?? '');
  const counted = createMeasuredFetch({ store, calls: account.calls, exchanges, isOfLoad: false });
  const uncounted = createMeasuredFetch({ store, calls: async () => null, exchanges, isOfLoad: true });

  return {
    /** As the user who is signed in; each request is written down with the calls that Spotify had meanwhile. */
    asUser: (): ArtistsClient => createClient({ ...options(), token: userToken, fetch: counted }),
    /** The same for many requests at once, whose calls cannot be told apart. */
    asUserAmongMany: (): ArtistsClient => createClient({ ...options(), token: userToken, fetch: uncounted }),
    asOperator: (): ArtistsClient =>
      createClient({ ...options(), token: () => tokens.of(OPERATOR.user, OPERATOR.scope) }),
  };
}

export type Api = ReturnType<typeof createApi>;

const NEEDS_CONSENT: ReadonlySet<string> = new Set(['SPOTIFY_TOKEN_REVOKED', 'SPOTIFY_SCOPE_MISSING']);

type KnownReply = {
  readonly error?: { readonly error: { code: string; message: string } };
  response: Response;
};

/** What a failed reply means to the person, and the way out of it. */
export function describeFailure(reply: { error?: unknown; response: Response }): Failure {
  const failure = failureOf(reply as KnownReply);
  const { code = 'UNEXPECTED', message, status, retryAfterSeconds: seconds } = failure ?? {};
  return {
    code,
    message: message ?? null,
    wayOut: NEEDS_CONSENT.has(code) ? 'reconnect' : status === 401 ? 'sign-in' : 'retry',
    retryAtMs: seconds === undefined ? null : Date.now() + seconds * 1000,
  };
}

/** There was no reply at all. */
export const noAnswer: Failure = { code: 'NO_ANSWER', message: null, wayOut: 'retry', retryAtMs: null };
