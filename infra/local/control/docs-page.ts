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
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Artists cache: the API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
`;

/** Signs in a user of this machine, so that every operation can be tried at once. */
const START = `const ui = SwaggerUIBundle({
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
      body: JSON.stringify({ user: 'alice', scope: 'cache:stats' }),
    });
    ui.preauthorizeApiKey('bearer', (await reply.json()).access_token);
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
