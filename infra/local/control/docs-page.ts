import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What a browser is given. */
export interface Shown {
  readonly type: string;
  readonly content: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const require = createRequire(import.meta.url);
const PACKAGE = dirname(require.resolve('swagger-ui-dist/package.json'));

/** The viewer and its styles, out of its package. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** The browser itself refuses whatever would leave this machine: fonts, validators, anything. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Artists cache: the API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<style>
body { margin: 0; background: #fff; color: #222; font: 14px/1.45 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: 8px 24px; justify-content: space-between; padding: 12px 20px; border-bottom: 1px solid #ccc; }
header a { color: #0b6e42; font-weight: 600; }
p { margin: 0; }
.dark-mode body { background: #14171a; color: #e8ecef; }
.dark-mode header { border-color: #333a40; }
.dark-mode header a { color: #43d98c; }
</style>
</head>
<body>
<header><a href="/">← Console</a><p id="who" role="status">Signing in…</p></header>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/**
 * Signs in the user of the console page in this tab, or one of this machine, so that every operation can be tried at once;
 * and is as light or dark as the console page.
 */
const START = `const read = (storage, key) => {
  try { return JSON.parse(storage.getItem(key)); } catch { return null; }
};
const SCOPE = 'cache:stats';
const user = read(sessionStorage, 'console.session')?.user ?? 'alice';
const prefersDark = matchMedia('(prefers-color-scheme: dark)');
function paint() {
  const theme = localStorage.getItem('console.theme');
  const isDark = theme === 'dark' || (theme !== 'light' && prefersDark.matches);
  document.documentElement.classList.toggle('dark-mode', isDark);
}
paint();
prefersDark.addEventListener('change', paint);
const ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: true,
  // Else it would be a service on the internet that says whether the document is valid.
  validatorUrl: null,
  onComplete: async () => {
    const reply = await fetch('/_local/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, scope: SCOPE }),
    });
    ui.preauthorizeApiKey('bearer', (await reply.json()).access_token);
    document.querySelector('#who').textContent = 'Signed in: ' + user + ', with the scope ' + SCOPE;
  },
});
`;

/** What is served at `/docs` and below it: Swagger UI, whole, from this machine. Undefined for any other path. */
export function docsFile(path: string): Shown | undefined {
  if (path === '/docs' || path === '/docs/') {
    const headers = { 'content-security-policy': POLICY };
    return { type: 'text/html; charset=utf-8', content: PAGE, headers };
  }
  if (path === '/docs/start.js') return { type: 'text/javascript; charset=utf-8', content: START };
  const name = path.startsWith('/docs/') ? path.slice('/docs/'.length) : '';
  const type = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
  return type ? { type, content: readFileSync(join(PACKAGE, name)) } : undefined;
}
