import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, '../../../infra/local/require-installed.mjs');
const OLD_NODE =
  'data:text/javascript,Object.defineProperty(process, "versions", { value: { node: "20.20.2" } })';

describe('before npm start reads any TypeScript', () => {
  let clone: string;
  beforeEach(() => {
    clone = mkdtempSync(join(tmpdir(), 'artists-cache-clone-'));
    mkdirSync(join(clone, 'infra/local'), { recursive: true });
    copyFileSync(SOURCE, join(clone, 'infra/local/require-installed.mjs'));
    writeFileSync(join(clone, 'start.mjs'), 'console.log("started")');
  });
  afterEach(() => rmSync(clone, { recursive: true }));

  const start = (...first: string[]) => {
    const check = pathToFileURL(join(clone, 'infra/local/require-installed.mjs')).href;
    const imports = [...first, check].flatMap((module) => ['--import', module]);
    const { status, stdout, stderr } = spawnSync(process.execPath, [...imports, join(clone, 'start.mjs')], {
      encoding: 'utf8',
    });
    return { status, said: (stdout + stderr).trim() };
  };
  const install = () => mkdirSync(join(clone, 'node_modules'));

  it('says what to do in a fresh clone', () => {
    expect(start()).toEqual({ status: 1, said: 'nothing is installed yet: npm ci' });
  });

  it('says which Node it needs', () => {
    install();
    const { status, said } = start(OLD_NODE);
    expect(status).toBe(1);
    expect(said).toMatch(/^Node 24 is needed, and this is 20\.20\.2: .*$/);
  });

  it('says nothing when all is there', () => {
    install();
    expect(start()).toEqual({ status: 0, said: 'started' });
  });
});
