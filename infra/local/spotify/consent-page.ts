import { hash } from 'node:crypto';
import Negotiator from 'negotiator';
import { html, type Reply } from './replies.ts';

interface ConsentPageModel {
  /** The parameters of the request, carried through the form. */
  query: URLSearchParams;
  scopes: readonly string[];
  account: string;
  accountIsWrong: boolean;
  /** Suggested while typing. */
  knownAccounts: readonly string[];
  acceptLanguage: string | undefined;
}

const TEXTS = {
  fr: {
    title: 'Autoriser l’accès à Spotify',
    badge: 'Faux Spotify, sur cette machine',
    lead: 'Une application demande l’accès à un compte Spotify de démonstration.',
    account: 'Compte',
    accountHelp: 'Chaque nom est un compte différent, toujours avec les mêmes artistes.',
    accountError:
      'De 1 à 64 lettres, chiffres, espaces ou . _ @ + -, en commençant par une lettre ou un chiffre.',
    scopes: 'Elle pourra :',
    noScopes: 'Elle ne demande aucun droit particulier.',
    approve: 'Accepter',
    refuse: 'Refuser',
    known: {
      'user-top-read': 'voir vos artistes les plus écoutés',
      'user-follow-read': 'voir les artistes que vous suivez',
      'user-read-recently-played': 'voir vos dernières écoutes',
      'user-library-read': 'voir vos titres enregistrés',
    },
  },
  en: {
    title: 'Allow access to Spotify',
    badge: 'A stand-in for Spotify, on this machine',
    lead: 'An application asks for access to a demonstration Spotify account.',
    account: 'Account',
    accountHelp: 'Each name is a different account, always with the same artists.',
    accountError: '1 to 64 letters, digits, spaces or . _ @ + -, beginning with a letter or a digit.',
    scopes: 'It will be able to:',
    noScopes: 'It asks for no particular right.',
    approve: 'Accept',
    refuse: 'Refuse',
    known: {
      'user-top-read': 'see your most played artists',
      'user-follow-read': 'see the artists you follow',
      'user-read-recently-played': 'see what you played recently',
      'user-library-read': 'see your saved tracks',
    },
  },
} as const;

const STYLE = `
:root { color-scheme: light dark; --ground: #f3f4f2; --card: #fff; --ink: #161a17; --soft: #566059; --line: #c9d0cb; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #0e110f; --card: #181c19; --ink: #f2f5f3; --soft: #a7b2ab; --line: #3b443e; --bad: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(100%, 27rem); padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; }
.badge { margin: 0 0 1rem; color: var(--soft); font-size: .875rem; }
.badge::before { content: ""; display: inline-block; width: .6rem; height: .6rem; margin-inline-end: .5rem; border-radius: 50%; background: #1ed760; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.2; text-wrap: balance; }
label { display: block; margin-top: 1.5rem; font-weight: 600; }
input { width: 100%; margin: .375rem 0; padding: .75rem; border: 1px solid var(--soft); border-radius: .5rem;
  background: transparent; color: inherit; font: inherit; }
input[aria-invalid] { border-color: var(--bad); }
.help { margin: 0; color: var(--soft); font-size: .875rem; }
.error { margin: 0; color: var(--bad); font-size: .875rem; }
ul { margin: .25rem 0 0; padding-inline-start: 1.25rem; }
.choice { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 2rem; }
button { flex: 1 1 8rem; min-height: 3rem; border: 1px solid var(--soft); border-radius: 2rem; background: transparent;
  color: inherit; font: inherit; font-weight: 600; cursor: pointer; }
button[value="1"] { border-color: #1ed760; background: #1ed760; color: #06130a; }
:focus-visible { outline: 3px solid #2e77d0; outline-offset: 2px; }
`;

const HEADERS = {
  'content-security-policy': `default-src 'none'; img-src data:; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  vary: 'Accept-Language',
};

/** The page where a person chooses the account and decides. 400 when the account name does not fit. No script. */
export function consentPage(model: ConsentPageModel): Reply {
  const language = chooseLanguage(model.acceptLanguage);
  const text = TEXTS[language];
  const page = `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="badge">${text.badge}</p>
<h1>${text.title}</h1>
<p>${text.lead}</p>
<form method="get" action="/authorize">
${hiddenFields(model.query)}
${accountField(model, text)}
${scopeList(model.scopes, text)}
<div class="choice">
<button name="approve" value="1">${text.approve}</button>
<button name="approve" value="0" formnovalidate>${text.refuse}</button>
</div>
</form>
</main>
</body>
</html>
`;
  return html(model.accountIsWrong ? 400 : 200, page, { ...HEADERS, 'content-language': language });
}

type Texts = (typeof TEXTS)[keyof typeof TEXTS];

function accountField({ account, accountIsWrong, knownAccounts }: ConsentPageModel, text: Texts): string {
  const wrong = accountIsWrong ? ' aria-invalid="true" autofocus' : '';
  const note = accountIsWrong
    ? `<p class="error" id="account-note" role="alert">${text.accountError}</p>`
    : `<p class="help" id="account-note">${text.accountHelp}</p>`;
  return `<label for="account">${text.account}</label>
<input id="account" name="account" value="${escapeHtml(account)}" required maxlength="64" autocomplete="off" spellcheck="false" list="accounts" aria-describedby="account-note"${wrong}>
<datalist id="accounts">${knownAccounts.map((name) => `<option value="${escapeHtml(name)}">`).join('')}</datalist>
${note}`;
}

function scopeList(scopes: readonly string[], text: Texts): string {
  if (scopes.length === 0) return `<p>${text.noScopes}</p>`;
  const known: Readonly<Record<string, string>> = text.known;
  const items = scopes.map((scope) => `<li>${escapeHtml(known[scope] ?? scope)}</li>`);
  return `<p id="scopes">${text.scopes}</p>\n<ul aria-labelledby="scopes">${items.join('')}</ul>`;
}

function hiddenFields(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== 'account' && name !== 'approve')
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('\n');
}

function chooseLanguage(acceptLanguage: string | undefined): keyof typeof TEXTS {
  const headers = acceptLanguage === undefined ? {} : { 'accept-language': acceptLanguage };
  return new Negotiator({ headers }).language(['fr', 'en']) === 'en' ? 'en' : 'fr';
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
