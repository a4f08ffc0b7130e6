import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { openapiDocument } from '../../../infra/openapi/document.ts';
import { generatedFiles } from '../../../infra/openapi/generated-files.ts';
import { openDocument } from '../../../infra/openapi/open-document.ts';
import { allRoutes } from '../../../shared/contract/routes.ts';
import { errorMessages } from '../../../shared/http/messages.ts';
import { requireReplyOfContract } from '../../support/reply-contract.ts';

const document = JSON.parse(JSON.stringify(openapiDocument()));
const published = JSON.parse(JSON.stringify(openDocument()));

interface Operation {
  readonly method: string;
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: a document is read by its keys
  readonly operation: any;
}

const operations: Operation[] = Object.entries<object>(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

/** The part that a reference names, or the part itself. */
// biome-ignore lint/suspicious/noExplicitAny: a document is read by its keys
function resolve(part: any): any {
  const keys: string[] | undefined = part.$ref?.split('/').slice(1);
  return keys ? keys.reduce((at, key) => at[key], document) : part;
}

it('is written down as the contract says today: if not, npm run openapi', async () => {
  for (const [path, text] of Object.entries(await generatedFiles())) {
    // Not `toBe`: thousands of lines of difference tell less than the name of the file.
    expect(readFileSync(path, 'utf8') === text, `${path} is up to date`).toBe(true);
  }
});

it.each([
  ['the exact document', document],
  ['the published one', published],
])('%s is OpenAPI 3.1', async (_, either) => {
  const result = await new Validator().validate(structuredClone(either));
  expect(result.errors).toBeUndefined();
  expect(result.valid).toBe(true);
});

it('has every route of the contract, and no other', () => {
  const described = operations.map(({ method, path }) => `${method} ${path}`);
  expect(described.sort()).toEqual(allRoutes.map(({ method, path }) => `${method} ${path}`).sort());
});

it('mentions every code', () => {
  const text = JSON.stringify(document);
  for (const code of Object.keys(errorMessages)) expect(text).toContain(`"#/components/examples/${code}"`);
});

it.each([
  ['the exact document', document],
  ['the published one', published],
])('%s refers to every component that it has, and to no other', (_, either) => {
  const text = JSON.stringify(either);
  const named = Object.entries<object>(either.components)
    .filter(([kind]) => kind !== 'securitySchemes')
    .flatMap(([kind, parts]) => Object.keys(parts).map((name) => `#/components/${kind}/${name}`));
  const used = new Set([...text.matchAll(/"(#\/components\/[^"]+)"/g)].map(([, ref]) => ref));
  expect([...used].sort()).toEqual(named.sort());
});

describe.each(operations)('$method $path', ({ method, path, operation }) => {
  it('says what it is', () => {
    expect(operation).toEqual(
      expect.objectContaining({
        operationId: expect.stringMatching(/^[a-z][A-Za-z]+$/),
        summary: expect.stringMatching(/.{10}/),
        description: expect.stringMatching(/.{10}/),
        tags: [expect.any(String)],
      }),
    );
    expect(document.tags.map(({ name }: { name: string }) => name)).toContain(operation.tags[0]);
  });

  it('describes each parameter with its type, and refuses what it does not name', () => {
    for (const parameter of operation.parameters.map(resolve)) {
      expect(parameter.schema.type).toMatch(/^(integer|string)$/);
      expect(parameter.schema).toHaveProperty(parameter.in === 'query' ? 'default' : 'type');
    }
    if (!operation.requestBody) return;
    const { schema, examples } = operation.requestBody.content['application/json'];
    expect(resolve(schema)).toMatchObject({ additionalProperties: false });
    expect(Object.keys(examples)).not.toEqual([]);
  });

  it('tells what a token, a crowd, a defect and failing storage lead to', () => {
    expect(Object.keys(operation.responses)).toEqual(
      expect.arrayContaining(['200', '401', '429', '500', '503']),
    );
  });

  it('shows, for each status, examples that fit it', () => {
    for (const [status, unresolved] of Object.entries(operation.responses)) {
      const { headers = {}, content } = resolve(unresolved);
      if (status === '304') continue;
      const { examples } = content['application/json'];
      expect(Object.keys(examples), status).not.toEqual([]);
      for (const example of Object.values(examples)) {
        const body = JSON.stringify(resolve(example).value);
        requireReplyOfContract({
          method,
          path,
          status: Number(status),
          headers: new Headers({
            'content-type': 'application/json',
            ...Object.fromEntries(exampleHeaders(headers)),
          }),
          body,
        });
      }
    }
  });
});

function exampleHeaders(headers: Record<string, object>): [string, string][] {
  return Object.entries(headers).map(([name, header]) => {
    const { schema, example = schema.const } = resolve(header);
    return [name, String(example)];
  });
}
