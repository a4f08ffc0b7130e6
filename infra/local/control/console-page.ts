import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Shown } from './docs-page.ts';

interface ConsolePageOptions {
  /** Undefined with the real Spotify: it has no levers. */
  readonly spotifyUrl: string | undefined;
  readonly freshSeconds: number;
  readonly keepSeconds: number;
}

const DIRECTORY = join(import.meta.dirname, '../console');

const SCRIPT = '/console/main.js';
const STYLES = '/console/main.css';
const TYPES: Readonly<Record<string, string>> = {
  [SCRIPT]: 'text/javascript; charset=utf-8',
  [STYLES]: 'text/css; charset=utf-8',
};

/** The redirect URI shows the same page: its script takes `code` and `state` from the address. */
const PAGE_PATHS: ReadonlySet<string> = new Set(['/', '/callback']);

/** The console page at `/`, and what it is made of. The script and the styles are bundled when first asked for. */
export function createConsolePage({ spotifyUrl, freshSeconds, keepSeconds }: ConsolePageOptions) {
  let bundle: Readonly<Record<string, string>> | undefined;
  const values: Readonly<Record<string, string>> = {
    'spotify-url': spotifyUrl ?? '',
    'fresh-seconds': String(freshSeconds),
    'keep-seconds': String(keepSeconds),
  };

  /** Read anew each time: a change shows on reload. */
  function page(): Shown {
    const template = readFileSync(join(DIRECTORY, 'index.html'), 'utf8');
    const content = template.replaceAll(/%([a-z-]+)%/g, (_, name: string) => values[name] ?? '');
    const headers = { 'content-security-policy': policy(spotifyUrl), 'referrer-policy': 'no-referrer' };
    return { type: 'text/html; charset=utf-8', content, headers };
  }

  /** What is served at a path; undefined when it is not one of the page's. */
  function file(path: string): Shown | undefined {
    if (PAGE_PATHS.has(path)) return page();
    if (path === '/console/icon.svg')
      return { type: 'image/svg+xml', content: readFileSync(join(DIRECTORY, 'icon.svg')) };
    const type = Object.hasOwn(TYPES, path) ? TYPES[path] : undefined;
    if (!type) return undefined;
    bundle ??= bundlePage();
    return { type, content: bundle[path] ?? '' };
  }

  return {
    file,
    /** The sources have changed: what was bundled of them is of no use any more. */
    forget(): void {
      bundle = undefined;
    },
  };
}

/** The browser itself refuses whatever would leave this machine; the levers are on the port of the stand-in. */
function policy(spotifyUrl: string | undefined): string {
  const connect = ["'self'", ...(spotifyUrl ? [spotifyUrl] : [])].join(' ');
  return `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src ${connect}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

function bundlePage(): Record<string, string> {
  const { outputFiles } = buildSync({
    absWorkingDir: DIRECTORY,
    entryPoints: ['main.tsx', 'main.css'],
    outdir: '/console',
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    minify: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  return Object.fromEntries(outputFiles.map(({ path, text }) => [path, text]));
}
