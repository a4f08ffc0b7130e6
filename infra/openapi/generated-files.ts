import { join } from 'node:path';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { openapiDocument } from './document.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

const DOCUMENT_PATH = join(REPOSITORY, 'docs/openapi.json');
const TYPES_PATH = join(REPOSITORY, 'shared/client/schema.d.ts');

const BANNER = '// Generated from the contract by `npm run openapi`.\n\n';

/** What is generated from the contract and committed, by path: the document and the types of its client. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const text = `${JSON.stringify(openapiDocument(), null, 2)}\n`;
  const types = await openapiTS(JSON.parse(text) as OpenAPI3, { alphabetize: false });
  return { [DOCUMENT_PATH]: text, [TYPES_PATH]: BANNER + astToString(types) };
}
