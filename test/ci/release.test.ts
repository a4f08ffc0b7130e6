import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import product from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('a version', () => {
  it('has a section of what is in it, newest first', () => {
    const [newest] = [...read('docs/CHANGELOG.md').matchAll(/^## (.+)$/gm)].map(([, version]) => version);
    expect(newest).toBe(product.version);
  });

  it('is the one of the API document', () => {
    expect(JSON.parse(read('docs/openapi.json')).info.version).toBe(product.version);
  });
});

it('updates are proposed for everything that is locked', () => {
  const { version, updates } = parse(read('.github/dependabot.yml'));
  expect(version).toBe(2);
  const watched = updates.map((update: Record<string, string>) => [
    update['package-ecosystem'],
    update.directory,
  ]);
  expect(watched).toEqual([
    ['npm', '/'],
    ['npm', '/test/bench'],
    ['github-actions', '/'],
  ]);
  for (const [ecosystem, directory] of watched)
    if (ecosystem === 'npm') expect(existsSync(join(ROOT, directory, 'package-lock.json'))).toBe(true);
});

it.each([
  'README.md',
  '.github/CONTRIBUTING.md',
  '.github/SECURITY.md',
  'docs/CHANGELOG.md',
  'docs/runbook.md',
])('%s leads to files that are there', (path) => {
  const links = [...read(path).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, to]) => String(to));
  expect(links.filter((to) => !existsSync(join(ROOT, path, '..', to)))).toEqual([]);
});

it('a contributor is sent to files that are there', () => {
  const named = [...read('.github/CONTRIBUTING.md').matchAll(/`([a-z-]+\/[\w./-]*)`/g)].map(([, path]) =>
    String(path),
  );
  expect(named).toContain('shared/contract/routes.ts');
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
