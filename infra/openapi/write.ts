import { writeFileSync } from 'node:fs';
import { generatedFiles } from './generated-files.ts';

/** `npm run openapi`: writes what is generated from the contract. */
for (const [path, text] of Object.entries(await generatedFiles())) writeFileSync(path, text);
