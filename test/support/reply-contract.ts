import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openapiDocument } from '../../infra/openapi/document.ts';

/** A reply as it came over HTTP, with what was asked. */
export interface ExchangedReply {
  readonly method: string;
  /** The path that was asked for; a query behind it is looked over. */
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  /** Decoded. */
  readonly body: string;
}

interface HeaderObject {
  readonly required?: boolean;
  readonly schema: object;
}

interface ResponseObject {
  readonly headers?: Readonly<Record<string, HeaderObject>>;
  readonly content?: { readonly 'application/json': { readonly schema: { readonly $ref?: string } } };
}

type Responses = Readonly<Record<string, ResponseObject>>;

/** The exact document, as the contract says today. */
const EXACT = 'exact.json';
const document = JSON.parse(JSON.stringify(openapiDocument()));
/** What is published says less, for generated clients; what it does say must hold too. */
const PUBLISHED = 'docs/openapi.json';
const published = JSON.parse(readFileSync(join(import.meta.dirname, '../..', PUBLISHED), 'utf8'));

const ajv = new Ajv2020({ strict: false, allErrors: true });
// A CommonJS module, whose function TypeScript sees one level deeper than Node.
(addFormats as unknown as typeof addFormats.default)(ajv);
ajv.addSchema(closed(document) as object, EXACT, undefined, false);
ajv.addSchema(closed(published) as object, PUBLISHED, undefined, false);
/** Headers are text: what they mean is what counts. */
const headerAjv = new Ajv2020({ strict: false, coerceTypes: true });

// To compile takes a hundred times as long as to validate, and thousands of replies are looked at.
const validatorAt = once((reference: string) => ajv.compile({ $ref: reference }));
const headerValidator = once((schema: object) => headerAjv.compile({ properties: { value: schema } }));

function once<TKey, TValue>(make: (key: TKey) => TValue): (key: TKey) => TValue {
  const made = new Map<TKey, TValue>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

/**
 * Throws unless the exact document has this very reply: its status for this operation, its body without a field more,
 * and every header that the service promises. The published one must have its body too.
 */
export function requireReplyOfContract(reply: ExchangedReply): void {
  const responses = responsesOf(reply);
  const found = responses.value[reply.status];
  if (!found) fail(reply, `the status is not one of ${Object.keys(responses.value).join(', ')}`);
  const { pointer, value: response } = resolved(found, `${responses.pointer}/${reply.status}`);
  const body = requireBody(reply, response, pointer);
  requireHeaders(reply, response, body);
}

/** As the gateway reads a path before it looks for a route; what cannot be decoded stays as it is. */
export function decodedPath(target: string): string {
  const path = target.split('?')[0] ?? '';
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** A path without an operation for the method is answered by the default route, as one without any. */
function responsesOf({ method, path }: ExchangedReply): { value: Responses; pointer: string } {
  const known = decodedPath(path);
  const operation = Object.hasOwn(document.paths, known) && document.paths[known][method.toLowerCase()];
  if (!operation) return { value: document['x-default-responses'], pointer: '/x-default-responses' };
  const pointer = `/paths/${escaped(known)}/${method.toLowerCase()}/responses`;
  return { value: operation.responses, pointer };
}

function requireBody(reply: ExchangedReply, { content }: ResponseObject, pointer: string): unknown {
  if (reply.method === 'HEAD') return undefined;
  if (!content) {
    if (reply.body !== '') fail(reply, 'there is a body where there must be none');
    return undefined;
  }
  const type = reply.headers.get('content-type') ?? '';
  if (!/^application\/json(; charset=utf-8)?$/.test(type)) fail(reply, `the content type is '${type}'`);
  const body = parse(reply);
  requireFit(reply, body, `${EXACT}#${pointer}/content/application~1json/schema`);
  const { $ref = '' } = content['application/json'].schema;
  requireFit(reply, body, PUBLISHED + (reply.status < 400 ? $ref : '#/components/schemas/Failure'));
  return body;
}

function requireFit(reply: ExchangedReply, body: unknown, reference: string): void {
  const validate = validatorAt(reference);
  if (!validate(body)) fail(reply, ajv.errorsText(validate.errors, { dataVar: 'body' }), reference);
}

function parse(reply: ExchangedReply): unknown {
  try {
    return JSON.parse(reply.body);
  } catch {
    return fail(reply, 'the body is no JSON');
  }
}

/** The service sends every header that a reply has, save what says why the authorizer refused; the gateway may not. */
function requireHeaders(reply: ExchangedReply, { headers = {} }: ResponseObject, body: unknown): void {
  const own = typeof body === 'object' && body !== null && 'success' in body;
  for (const [name, unresolved] of Object.entries(headers)) {
    const header = resolved(unresolved, '').value;
    const value = reply.headers.get(name);
    if (value === null) {
      if (header.required || (own && name !== 'WWW-Authenticate'))
        fail(reply, `the header ${name} is missing`);
    } else if (!headerValidator(header.schema)({ value })) {
      fail(reply, `the header ${name} is '${value}'`);
    }
  }
}

function resolved<T extends object>(part: T, pointer: string): { value: T; pointer: string } {
  const { $ref } = part as { $ref?: string };
  if ($ref === undefined) return { value: part, pointer };
  const target = $ref.replace(/^#/, '');
  const value = target
    .split('/')
    .slice(1)
    .reduce((at, key) => at[key], document);
  return { value, pointer: target };
}

/** The document leaves room for what replies may gain one day; today they hold what it names, and nothing else. */
function closed(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map(closed);
  const copy = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, closed(value)]));
  return copy.type === 'object' && copy.properties ? { additionalProperties: false, ...copy } : copy;
}

const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');

function fail({ method, path, status, body }: ExchangedReply, reason: string, document = EXACT): never {
  throw new Error(`${method} ${path} → ${status} is not in ${document}: ${reason}\n${body.slice(0, 2_000)}`);
}
