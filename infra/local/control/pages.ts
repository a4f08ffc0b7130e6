const page = (title: string, body: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }
  code { background: #f1f1f1; padding: .1em .3em; overflow-wrap: anywhere; }
</style>
<h1>${title}</h1>
${body}
</html>
`;

export const homePage = page(
  'Artists cache, on this machine',
  `<p>The API, its Lambdas, DynamoDB and the Spotify stand-in run. The README describes the routes and shows a tour.</p>
<ul>
  <li><a href="/docs">/docs</a> shows the API, to read and to try (<a href="/openapi.json">/openapi.json</a>)</li>
  <li><a href="/_local/health">/_local/health</a> says whether all parts answer</li>
</ul>`,
);

/** Where Spotify sends the user back: the app takes `code` and `state` from here to `connect/complete`. */
export function callbackPage(query: URLSearchParams): string {
  const rows = ['code', 'state', 'error']
    .flatMap((name) => (query.get(name) === null ? [] : [[name, query.get(name) ?? '']]))
    .map(([name, value]) => `<p>${name}<br><code>${escapeHtml(value ?? '')}</code></p>`);
  const body = rows.length > 0 ? rows.join('\n') : '<p>No <code>code</code> in the address.</p>';
  return page(
    'Back from Spotify',
    `<p>For <code>POST /api/user/platforms/connect/complete</code>:</p>\n${body}`,
  );
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
