import { expect, test } from 'vitest';
import { createConsolePage } from '../../../infra/local/control/console-page.ts';

const SPOTIFY = 'http://127.0.0.1:3001';
const aPage = (spotifyUrl: string | undefined = SPOTIFY) =>
  createConsolePage({ spotifyUrl, freshSeconds: 10_800, keepSeconds: 21_600 }).file;

test.each(['/', '/callback'])('%s is a page whose every file is served from this machine', (path) => {
  const file = aPage();
  const page = String(file(path)?.content);
  const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => String(name));
  expect(files).toHaveLength(3);
  for (const name of files) expect(file(name)?.content.length, name).toBeGreaterThan(100);
});

test('it is told where Spotify is, and how long a copy is of use', () => {
  const page = String(aPage()('/')?.content);
  expect(page).toContain(`name="spotify-url" content="${SPOTIFY}"`);
  expect(page).toContain('name="fresh-seconds" content="10800"');
  expect(page).toContain('name="keep-seconds" content="21600"');
});

test('the browser is told to refuse every other host', () => {
  const policy = aPage()('/')?.headers?.['content-security-policy'] ?? '';
  expect(policy).toMatch(/^default-src 'none'; /);
  expect(policy.match(/https?:[^ ;]+/g)).toEqual([SPOTIFY]);
});

test('with the real Spotify there is nothing but this machine', () => {
  const { file } = createConsolePage({ spotifyUrl: undefined, freshSeconds: 1, keepSeconds: 2 });
  expect(file('/')?.headers?.['content-security-policy']).not.toMatch(/https?:/);
  expect(String(file('/')?.content)).toContain('name="spotify-url" content=""');
});

test('what it is made of names no host to fetch from', () => {
  const file = aPage();
  const hosts = ['/console/main.js', '/console/main.css'].flatMap(
    (name) => String(file(name)?.content).match(/https?:\/\/[\w.-]+/g) ?? [],
  );
  // Namespaces of SVG and the like: names, which are never fetched.
  expect(hosts.filter((host) => host !== 'http://www.w3.org')).toEqual([]);
});

test.each([
  '/console/',
  '/console/main.tsx',
  '/console/../package.json',
  '/callback/',
  '/index.html',
  '/other',
])('%s is not its own', (path) => {
  expect(aPage()(path)).toBeUndefined();
});
