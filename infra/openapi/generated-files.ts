import { join } from 'node:path';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { openapiDocument } from './document.ts';
import { openDocument } from './open-document.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

const DOCUMENT_PATH = join(REPOSITORY, 'docs/openapi.json');
const TYPES_PATH = join(REPOSITORY, 'shared/client/schema.d.ts');

const BANNER = '// Generated from the contract by `npm run openapi`.\n\n';

/** What is generated from the contract and committed, by path: the open document, and the exact types of our client. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const text = `${JSON.stringify(openDocument(), null, 2)}\n`;
  const exact = JSON.parse(JSON.stringify(openapiDocument())) as OpenAPI3;
  const types = await openapiTS(exact, { alphabetize: false });
  return { [DOCUMENT_PATH]: text, [TYPES_PATH]: BANNER + astToString(types) };
}
