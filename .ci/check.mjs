// Runs every script of package.json whose name begins with `check:`, all of them even when one fails, and says which
// failed. With names, only those: `npm run check -- types imports`.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const all = Object.keys(scripts)
  .filter((script) => script.startsWith('check:'))
  .map((script) => script.slice('check:'.length));

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no such check: ${unknown.join(', ')} (there are ${all.join(', ')})`);
  process.exit(2);
}

const failed = (asked.length > 0 ? asked : all).filter((name) => {
  console.log(`\n── ${name}: ${scripts[`check:${name}`]}`);
  const { status } = spawnSync('npm', ['run', '--silent', `check:${name}`], { cwd: root, stdio: 'inherit' });
  return status !== 0;
});

console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
