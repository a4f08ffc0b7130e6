import fc from 'fast-check';
import { type Operation, operations, type Parameter } from './api-operations.ts';
import { anyBody, ODD_BODIES, valid } from './generated-bodies.ts';

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
export type Caller = 'user' | 'operator' | 'anonymous' | 'garbage' | 'expired';

/** Requests that the document allows, requests that nearly are, and requests that make no sense at all. */
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
    { weight: 1, arbitrary: fc.constantFrom<Caller>('anonymous', 'garbage', 'expired') },
  );
