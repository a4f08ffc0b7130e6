import type { Accounts } from './accounts.ts';
import { consentPage } from './consent-page.ts';
import type { Grants } from './grants.ts';
import { plain, type Reply, type StandInRequest } from './replies.ts';
import { isAccountName } from './settings.ts';

/** Every scope of the real one: an unknown scope is refused there too. */
const SCOPES: ReadonlySet<string> = new Set([
  'app-remote-control',
  'playlist-modify-private',
  'playlist-modify-public',
  'playlist-read-collaborative',
  'playlist-read-private',
  'streaming',
  'ugc-image-upload',
  'user-follow-modify',
  'user-follow-read',
  'user-library-modify',
  'user-library-read',
  'user-modify-playback-state',
  'user-personalized',
  'user-read-currently-playing',
  'user-read-email',
  'user-read-playback-position',
  'user-read-playback-state',
  'user-read-private',
  'user-read-recently-played',
  'user-top-read',
]);

const S256_CHALLENGE = /^[\w-]{43}$/;
const DEFAULT_ACCOUNT = 'demo';

interface AuthorizationRequest {
  redirectUri: URL;
  /** As it was given: the exchange must repeat it character for character. */
  redirectUriText: string;
  scope: string;
  codeChallenge: string | null;
  state: string | null;
}

interface AuthorizeParts {
  accounts: Accounts;
  grants: Grants;
  clientId: string;
}

/** `GET /authorize`: the consent page, or straight to the redirect URI when `approve` says what was decided. */
export function createAuthorizePage({ accounts, grants, clientId }: AuthorizeParts) {
  return function answerAuthorize({ url, headers }: StandInRequest): Reply {
    const asked = readAuthorization(url.searchParams, clientId);
    if (typeof asked === 'string') return plain(400, asked);

    const account = (url.searchParams.get('account') ?? DEFAULT_ACCOUNT).trim();
    const known = isAccountName(account);
    const approve = url.searchParams.get('approve');
    if (approve === '0') return redirect(asked, { error: 'access_denied' });
    if (approve === '1' && known) {
      const code = grants.issueCode({
        account,
        scope: asked.scope,
        redirectUri: asked.redirectUriText,
        codeChallenge: asked.codeChallenge,
      });
      return redirect(asked, { code });
    }
    if (approve !== null && approve !== '1') return plain(400, 'approve must be 0 or 1');
    return consentPage({
      query: url.searchParams,
      scopes: asked.scope.split(' ').filter(Boolean),
      account,
      accountIsWrong: !known,
      knownAccounts: accounts.names(),
      acceptLanguage: headers['accept-language'],
    });
  };
}

/** The request, or why it is refused without going back to the application, in the real one's words. */
function readAuthorization(query: URLSearchParams, clientId: string): AuthorizationRequest | string {
  if (query.get('client_id') !== clientId) return 'INVALID_CLIENT: Invalid client';
  if (query.get('response_type') !== 'code') return 'response_type must be code';
  const redirectUriText = query.get('redirect_uri') ?? '';
  const redirectUri = URL.parse(redirectUriText);
  if (!redirectUri) return 'INVALID_CLIENT: Invalid redirect URI';
  if (!isSecure(redirectUri, redirectUriText)) return 'INVALID_CLIENT: Insecure redirect URI';
  const codeChallenge = query.get('code_challenge');
  if (codeChallenge !== null && query.get('code_challenge_method') !== 'S256') {
    return 'code_challenge_method must be S256';
  }
  if (codeChallenge !== null && !S256_CHALLENGE.test(codeChallenge)) return 'Invalid code_challenge';
  const scopes = new Set((query.get('scope') ?? '').split(/\s+/).filter(Boolean));
  if (![...scopes].every((scope) => SCOPES.has(scope))) return 'INVALID_SCOPE: Illegal scope';
  return {
    redirectUri,
    redirectUriText,
    scope: [...scopes].join(' '),
    codeChallenge,
    state: query.get('state'),
  };
}

/** Since 2025 plain http is for the loopback address and a port; the name `localhost` is refused. */
function isSecure({ protocol }: URL, text: string): boolean {
  // A URL forgets port 80.
  return protocol === 'https:' || /^http:\/\/127\.0\.0\.1:\d+(\/|$)/.test(text);
}

function redirect({ redirectUri, state }: AuthorizationRequest, answer: Record<string, string>): Reply {
  const location = new URL(redirectUri);
  for (const [name, value] of Object.entries(answer)) location.searchParams.set(name, value);
  if (state !== null) location.searchParams.set('state', state);
  return { status: 302, headers: { location: location.href }, body: '' };
}
