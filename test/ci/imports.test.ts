import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');
const CHECKER = join(REPOSITORY, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');

/** A small repository in which every rule is broken once. */
const BROKEN: Record<string, string> = {
  'package.json': '{"type":"module","devDependencies":{"dev-tool":"1.0.0"}}',
  'node_modules/dev-tool/package.json': '{"name":"dev-tool","version":"1.0.0","main":"index.js"}',
  'node_modules/dev-tool/index.js': '',
  'functions/plain.ts': "import '../shared/plain.ts';",
  'functions/neighbour.ts': "import './plain.ts';",
  'infra/calls-function.ts': "import '../functions/plain.ts';",
  'infra/uses-test.ts': "import '../test/support.ts';",
  'infra/uses-storage.ts': "import '../shared/storage/client.ts';",
  'infra/uses-local.ts': "import './local/start.ts';",
  'infra/local/start.ts': 'export {};',
  'infra/local/console/reaches.tsx': "import '../../../shared/plain.ts';",
  'shared/plain.ts': 'export const a = 1;',
  'shared/looks-up.ts': "import '../infra/local/start.ts';",
  'shared/contract/reads.ts': "import '../reads-files.ts';",
  'shared/reads-files.ts': "import 'node:fs';",
  'shared/storage/client.ts': 'export {};',
  'shared/spotify/model.ts': 'export type Model = 1;',
  'shared/cache/knows.ts': "import type { Model } from '../spotify/model.ts'; export type Known = Model;",
  'shared/uses-tool.ts': "import 'dev-tool';",
  'shared/egg.ts': "import type { Hen } from './hen.ts'; export type Egg = Hen | 1;",
  'shared/hen.ts': "import type { Egg } from './egg.ts'; export type Hen = Egg | 2;",
  'shared/lost.ts': "import './gone.ts';",
  'test/support.ts': 'export {};',
};

let directory: string;
let found: string[];

interface Report {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'imports-'));
  for (const [path, text] of Object.entries(BROKEN)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  const config = join(REPOSITORY, '.dependency-cruiser.mjs');
  const args = [CHECKER, '--config', config, '--output-type', 'json', 'functions', 'infra', 'shared', 'test'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' });
  expect(stderr).toBe('');
  const report: Report = JSON.parse(stdout);
  found = report.summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`);
});

afterAll(() => rmSync(directory, { recursive: true }));

it.each([
  ['functions-import-shared-only', 'functions/neighbour.ts'],
  ['functions-lean-on-shared', 'functions/neighbour.ts'],
  ['nothing-imports-functions', 'infra/calls-function.ts'],
  ['shared-imports-nothing-above-it', 'shared/looks-up.ts'],
  ['infra-imports-no-test', 'infra/uses-test.ts'],
  ['infra-imports-pure-parts-only', 'infra/uses-storage.ts'],
  ['what-is-deployed-knows-no-local-stack', 'infra/uses-local.ts'],
  ['console-is-a-client', 'infra/local/console/reaches.tsx'],
  ['pure-parts-reach-no-input-output', 'shared/contract/reads.ts'],
  ['cache-knows-no-platform', 'shared/cache/knows.ts'],
  ['deployed-code-needs-no-dev-dependency', 'shared/uses-tool.ts'],
  ['no-cycles', 'shared/egg.ts'],
  ['every-import-resolves', 'shared/lost.ts'],
])('%s is found in %s', (rule, file) => {
  expect(found).toContain(`${rule}: ${file}`);
});

it('finds nothing where nothing is wrong', () => {
  expect(found.filter((violation) => violation.endsWith('/plain.ts'))).toEqual([]);
});
