import { join } from 'node:path';
import { buildClient } from './build-client.ts';

/** `npm run build:client`: the package of the client, ready for `npm pack` or a registry of one's own. */
const directory = join(import.meta.dirname, '../../dist/client');
await buildClient(directory);
process.stdout.write(`The client is in ${directory}\n`);
