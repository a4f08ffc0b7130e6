import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

/** A request as it goes over the wire: nothing here is tidied up by an HTTP client. */
export interface GeneratedRequest {
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer | undefined;
  readonly caller: Caller;
}

/** Who asks: by a good token, with and without the scope of the statistics, or by none that is good. */
export type Caller = 'user' | 'operator' | 'nobody' | 'garbage' | 'expired';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: Schema;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly security?: readonly { readonly bearer: readonly string[] }[];
  readonly query: readonly Parameter[];
  readonly body: Schema | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: a document is read by its keys
const document: any = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8'));

function resolveSchema(schema: Schema): Schema {
  const keys = schema.$ref?.split('/').slice(1);
  return keys ? keys.reduce((at, key) => at[key], document) : schema;
}

/** A schema of a request without references: its own, and those of its fields. */
function whole(schema: Schema | undefined): Schema | undefined {
  if (!schema) return undefined;
  const found = resolveSchema(schema);
  const properties = Object.entries(found.properties ?? {});
  return {
    ...found,
    properties: Object.fromEntries(properties.map(([name, part]) => [name, resolveSchema(part)])),
  };
}

export const operations: readonly Operation[] = Object.entries<object>(document.paths).flatMap(
  ([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      security: operation.security,
      query: operation.parameters.filter((parameter: Parameter) => parameter.in === 'query'),
      body: whole(operation.requestBody?.content['application/json'].schema),
    })),
);

/** Requests that the document allows, requests that nearly are, and requests that nobody in their right mind sends. */
export function generatedRequest(): fc.Arbitrary<GeneratedRequest> {
  const parts = fc.oneof(
    { weight: 7, arbitrary: fc.constantFrom(...operations).chain(ofOperation) },
    { weight: 2, arbitrary: ofAnywhere() },
  );
  return fc
    .record({ parts, headers: oddHeaders(), caller: caller() })
    .map(({ parts: { headers, ...rest }, headers: odd, caller }) => ({
      ...rest,
      headers: { ...odd, ...headers },
      caller,
    }));
}

type Parts = Pick<GeneratedRequest, 'method' | 'target' | 'body' | 'headers'>;

function ofOperation({ method, path, query, body }: Operation): fc.Arbitrary<Parts> {
  const queryText = fc.oneof(
    { weight: 3, arbitrary: validQuery(query) },
    { weight: 3, arbitrary: oddQuery(query) },
    { weight: 1, arbitrary: fc.constant('') },
  );
  const bodyBytes = method === 'POST' ? anyBody(body) : fc.constant(undefined);
  return fc
    .record({ query: queryText, body: bodyBytes, headers: contentType() })
    .map((made) => ({ method, target: path + made.query, body: made.body, headers: made.headers }));
}

/** Text of a query, with its question mark. */
const queryOf = (pairs: readonly (readonly [string, string])[]) =>
  pairs.length === 0
    ? ''
    : `?${pairs.map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`).join('&')}`;

/** Lone surrogates have no UTF-8: `encodeURIComponent` throws at them. */
const percentEncoded = (text: string) => encodeURIComponent(text.toWellFormed());

function validQuery(parameters: readonly Parameter[]): fc.Arbitrary<string> {
  const values = parameters.map(({ name, schema }) =>
    valid(schema).map((value) => [name, String(value)] as const),
  );
  return fc.tuple(...values).chain((pairs) => fc.subarray(pairs).map(queryOf));
}

const ODD_VALUES = [
  '',
  ' ',
  '-1',
  '+1',
  '01',
  '1.0',
  '1e3',
  '0x10',
  '1,2',
  '101',
  '٣',
  'NaN',
  'Infinity',
  'null',
  'true',
  '1h,24h',
  '24H',
  '9007199254740991',
  '9007199254740992',
  '99999999999999999999',
  '1\u0000',
  "1' OR '1'='1",
  '../..',
  '[]',
  '{}',
];

function oddQuery(parameters: readonly Parameter[]): fc.Arbitrary<string> {
  const known = parameters.length > 0 ? [fc.constantFrom(...parameters.map(({ name }) => name))] : [];
  const name = fc.oneof(
    ...known,
    fc.constantFrom('', 'user_id', 'page[]', 'PAGE', '__proto__', 'constructor', 'toString', 'limit '),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const value = fc.oneof(
    fc.constantFrom(...ODD_VALUES),
    fc.nat().map(String),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
  const raw = fc.constantFrom(
    '?',
    '?&',
    '?&&=',
    '?=',
    '?page',
    '?page=%',
    '?page=%zz',
    '?page=%FF',
    '?limit=+5',
    '??',
    '?page=1?limit=2',
    '?page=1;limit=2',
  );
  return fc.oneof(
    { weight: 5, arbitrary: fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 4 }).map(queryOf) },
    { weight: 1, arbitrary: raw },
  );
}

/** What a schema of a request allows. */
function valid(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer': {
      const { minimum: min = 0, maximum: max = Number.MAX_SAFE_INTEGER } = schema;
      return fc.oneof(fc.integer({ min, max: Math.min(max, 50) }), fc.constantFrom(min, max));
    }
    case 'string':
      return validText(schema);
    default:
      return validObject(schema);
  }
}

function validText({ pattern, minLength = 0, maxLength = 100 }: Schema): fc.Arbitrary<string> {
  if (pattern) return fc.stringMatching(new RegExp(pattern));
  const text = fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 40) });
  // Characters count differently in JSON Schema and in JavaScript, here far from the limit.
  return fc.oneof(fc.constant('spotify'), text);
}

function validObject({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const values = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, valid(schema)]),
  );
  return fc.record(values, { requiredKeys: [...required], noNullPrototype: true });
}

const utf8 = (text: string) => Buffer.from(text, 'utf8');
const json = (value: unknown) => utf8(JSON.stringify(value));

function anyBody(schema: Schema | undefined): fc.Arbitrary<Buffer | undefined> {
  const like = schema ? valid(schema) : fc.constant({});
  const odd = fc.jsonValue({ noUnicodeString: false, maxDepth: 3 });
  const nearly = fc
    .tuple(like, fc.constantFrom('artist_id', 'platform_slug', 'selected', 'user_id', '__proto__', ''), odd)
    .map(([value, name, change]) => utf8(withField(value as object, name, change)));
  return fc.oneof(
    { weight: 4, arbitrary: like.map(json) },
    { weight: 4, arbitrary: nearly },
    { weight: 2, arbitrary: odd.map(json) },
    { weight: 2, arbitrary: fc.constantFrom(...ODD_BODIES) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  );
}

/** A field changed or added, by text: an object literal would not take `__proto__` as a field. */
function withField(object: object, name: string, value: unknown): string {
  const others = Object.entries(object).filter(([key]) => key !== name);
  const fields = [...others, [name, value] as const];
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${JSON.stringify(field)}`).join(',')}}`;
}

const ODD_BODIES: readonly (Buffer | undefined)[] = [
  undefined,
  ...[
    '',
    ' ',
    '{',
    '{}',
    '[]',
    '[{}]',
    'null',
    '0',
    '1e400',
    '-0',
    '"spotify"',
    'undefined',
    'NaN',
    "{'platform_slug':'spotify'}",
    '{"platform_slug":"spotify"}}',
    '{"platform_slug":"spotify",}',
    '{"platform_slug":"spotify","platform_slug":1}',
    '{"platform_slug":"\\ud800"}',
    '{"platform_slug":"\\u0000"}',
    '{"platform_slug":["spotify"]}',
    '{"artist_id":1e400}',
    '\ufeff{"platform_slug":"spotify"}',
    'platform_slug=spotify',
    '{"platform_slug":9007199254740993}',
    `${'['.repeat(3000)}${']'.repeat(3000)}`,
    `{"platform_slug":"${'x'.repeat(11_000)}"}`,
    `"${'é'.repeat(6000)}"`,
  ].map(utf8),
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
];

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'];

/** Other methods on the paths of the API, and paths around them. Not those of the local stack alone. */
function ofAnywhere(): fc.Arbitrary<Parts> {
  const known = fc.constantFrom(...operations.map(({ path }) => path));
  const around = fc
    .tuple(
      known,
      fc.constantFrom('/', '//', '/..', '/.', '%2F', '/x', ';a=b', '.json', '%00', '%zz', '%C0%AF', '~'),
    )
    .map(([path, more]) => path + more);
  const altered = known.chain((path) =>
    fc.constantFrom(
      path.toUpperCase(),
      `/${path}`,
      path.replace('user', 'u%73er'),
      path.replace('/api', '/API'),
    ),
  );
  const random = fc
    .array(fc.string({ unit: 'binary', maxLength: 8 }).map(percentEncoded), { maxLength: 4 })
    .map((segments) => `/api/${segments.join('/')}`);
  return fc
    .record({
      method: fc.constantFrom(...METHODS),
      target: fc.oneof(known, around, altered, random),
      body: fc.option(fc.constantFrom(...ODD_BODIES), { nil: undefined }),
    })
    .map(({ method, target, body }) => ({
      method,
      target,
      headers: {},
      body: ['GET', 'HEAD', 'TRACE'].includes(method) ? undefined : body,
    }));
}

const contentType = () =>
  fc
    .constantFrom(
      undefined,
      'application/json',
      'text/plain;charset=UTF-8',
      'application/x-www-form-urlencoded',
      'application/octet-stream',
      'multipart/form-data; boundary=x',
      '??',
    )
    .map((type): Record<string, string> => (type === undefined ? {} : { 'content-type': type }));

/** Printable, as Node sends it: what no header may hold is no request at all. */
const headerText = () => fc.string({ unit: 'grapheme-ascii', maxLength: 20 });

function oddHeaders(): fc.Arbitrary<Record<string, string | string[]>> {
  const language = fc.oneof(
    fc.constantFrom('en', 'fr-CA', 'de, en;q=0.5', '*', 'en;q=0', 'en;q=x', ',,,', 'fr;q=0.1,en;q=0.9'),
    headerText(),
  );
  const encoding = fc.oneof(
    fc.constantFrom('gzip', 'br, gzip;q=0.5', 'gzip;q=0', '*', 'identity'),
    headerText(),
  );
  const match = fc.oneof(fc.constantFrom('*', 'W/"x"', '"x", "y"', '"', '""'), headerText());
  const headers = {
    'accept-language': fc.oneof(language, fc.tuple(language, language)),
    'accept-encoding': encoding,
    'if-none-match': match,
    'x-forwarded-for': headerText(),
    cookie: headerText(),
    'x-http-method-override': fc.constant('DELETE'),
    'x-amzn-trace-id': headerText(),
  };
  return fc.record(headers, { requiredKeys: [], noNullPrototype: true }) as fc.Arbitrary<
    Record<string, string | string[]>
  >;
}

const caller = (): fc.Arbitrary<Caller> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Caller>('user') },
    { weight: 3, arbitrary: fc.constant<Caller>('operator') },
    { weight: 1, arbitrary: fc.constantFrom<Caller>('nobody', 'garbage', 'expired') },
  );
