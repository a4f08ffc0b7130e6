import { expect, test } from 'vitest';
import { docsFile } from '../../../infra/local/control/docs-page.ts';

const textOf = (path: string) => String(docsFile(path)?.content);

test.each(['/docs', '/docs/'])('%s is a page whose every file is served from this machine', (path) => {
  const page = textOf(path);
  const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => String(file));
  const files = named.filter((name) => name !== '/');
  expect(files).toHaveLength(4);
  for (const file of files) expect(docsFile(file)?.content.length, file).toBeGreaterThan(100);
  expect(page + textOf('/docs/start.js')).not.toMatch(/https?:/);
});

test('the browser is told to refuse every other host', () => {
  const policy = docsFile('/docs')?.headers?.['content-security-policy'];
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; /);
  expect(policy).toContain("connect-src 'self'");
  expect(policy).not.toMatch(/\*|https?:/);
});

test.each([
  '/',
  '/docs/index.html',
  '/docs/toString',
  '/docs/../package.json',
  '/docs/swagger-ui.css/',
  '/docsx',
])('%s is not its own', (path) => {
  expect(docsFile(path)).toBeUndefined();
});
