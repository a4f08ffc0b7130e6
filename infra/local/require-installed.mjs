// Loaded before anything else by `npm start`, in a language that every Node reads: what follows is TypeScript, which
// an older one answers with a page of its own insides.
import { existsSync } from 'node:fs';

const NEEDED = 24;

function whatIsMissing() {
  if (!existsSync(new URL('../../node_modules', import.meta.url))) return 'nothing is installed yet: npm ci';
  if (Number.parseInt(process.versions.node, 10) >= NEEDED) return undefined;
  return `Node ${NEEDED} is needed, and this is ${process.versions.node}: npm ci brings one for Linux on x64 and arm64, elsewhere have it on the path`;
}

const missing = whatIsMissing();
if (missing !== undefined) {
  console.error(missing);
  process.exit(1);
}
