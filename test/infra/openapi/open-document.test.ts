import { expect, it } from 'vitest';
import { openapiDocument } from '../../../infra/openapi/document.ts';
import { openDocument } from '../../../infra/openapi/open-document.ts';

const json = <T>(value: T): T => JSON.parse(JSON.stringify(value));
// biome-ignore lint/suspicious/noExplicitAny: a document is read by its keys
const exact: any = json(openapiDocument());
// biome-ignore lint/suspicious/noExplicitAny: a document is read by its keys
const published: any = json(openDocument());
const { schemas } = published.components;

const FAILURE = '#/components/schemas/Failure';

/** The part that a reference names, or the part itself. */
// biome-ignore lint/suspicious/noExplicitAny: a document is read by its keys
function resolve(part: any): any {
  const keys: string[] | undefined = part.$ref?.split('/').slice(1);
  return keys ? keys.reduce((at, key) => at[key], published) : part;
}

/** Every part of a schema, itself included. */
// biome-ignore lint/suspicious/noExplicitAny: a schema is read by its keys
function partsOf(schema: any): any[] {
  const inner = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties];
  return [schema, ...inner.filter((part) => typeof part === 'object').flatMap(partsOf)];
}

const isRequest = (name: string) => name.endsWith('Request');
const replyParts = Object.entries(schemas)
  .filter(([name]) => !isRequest(name))
  .flatMap(([, schema]) => partsOf(schema));

it('has of a reply no constant, no closed list and no alternative, at which generated clients throw', () => {
  for (const word of ['const', 'enum', 'oneOf', 'anyOf', 'allOf', 'discriminator']) {
    expect(
      replyParts.filter((part) => word in part),
      word,
    ).toEqual([]);
  }
});

it('has one page, whose warning may be there, and tells of every code of today', () => {
  const { properties, required } = schemas.GetArtistsReply;
  expect(required).toEqual(['success', 'cache_status', 'data']);
  expect(properties.success).toEqual({ type: 'boolean' });
  expect(properties.warning_code['x-extensible-enum']).toEqual(
    expect.arrayContaining(['REAUTHORIZE_SOON', 'PARTIAL_LIST', 'SPOTIFY_TOKEN_REVOKED']),
  );
  expect(properties.data.properties.cache_status['x-extensible-enum']).toEqual([
    'fresh',
    'stale',
    'fallback_revoked',
  ]);
});

it('has one failure for every status, also for what the gateway answers in its own words', () => {
  const { Failure } = schemas;
  expect(Failure).not.toHaveProperty('required');
  expect(Object.keys(Failure.properties)).toEqual(['success', 'error', 'message']);
  expect(Failure.properties.error.required).toEqual(['code', 'message', 'request_id']);
  expect(Object.keys(Failure.properties.error.properties.details.items.properties).sort()).toEqual([
    'action',
    'field',
    'platform_slug',
    'reason',
  ]);
});

it('gives every number a size that holds it', () => {
  const parameters = Object.values<{ get?: { parameters: { schema?: object }[] } }>(published.paths)
    .flatMap(({ get }) => get?.parameters ?? [])
    .flatMap(({ schema }) => schema ?? []);
  const numbers = [...replyParts, ...parameters].filter(({ type }) => /^(integer|number)$/.test(type));
  expect(numbers.length).toBeGreaterThan(30);
  const { properties } = schemas.GetCacheStatsReply.properties.data;
  expect([properties.requests.format, properties.hit_rate.format]).toEqual(['int64', 'double']);
  expect(schemas.Pagination.properties.limit.format).toBe('int32');
  expect(numbers.filter(({ format }) => !format)).toEqual([]);
});

it('leaves requests as strict as the service is', () => {
  const requests = Object.keys(exact.components.schemas).filter(isRequest);
  expect(requests).toHaveLength(4);
  for (const name of requests) expect(schemas[name]).toEqual(exact.components.schemas[name]);
});

it('says of every operation what the exact document says, schemas of replies aside', () => {
  const withoutSchemas = (part: unknown) =>
    JSON.parse(JSON.stringify(part), (key, value) => (key === 'schema' ? undefined : value));
  expect(withoutSchemas(published.paths)).toEqual(withoutSchemas(exact.paths));
  const json = 'application/json';
  for (const [path, item] of Object.entries<object>(exact.paths)) {
    for (const [method, { responses }] of Object.entries(item)) {
      for (const [status, response] of Object.entries(published.paths[path][method].responses)) {
        if (status === '304') continue;
        const { schema } = resolve(response).content[json];
        const told = status === '200' ? responses[status].content[json].schema : { $ref: FAILURE };
        expect(schema, `${method} ${path} ${status}`).toEqual(told);
      }
    }
  }
});

it('knows by name which operation asks for which scope', () => {
  expect(published.paths['/api/cache/stats'].get['x-scope']).toBe('cache:stats');
});
