import * as v from 'valibot';
import { failure, InvalidField, ReconnectAction } from '../../shared/contract/schemas.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { errorMessages } from '../../shared/http/messages.ts';
import { replySchema } from './schemas.ts';

/** What API Gateway answers by itself, `{ "message": … }`, before or instead of the function. */
export const GATEWAY: Readonly<Record<number, { message: string; when: string }>> = {
  401: { message: 'Unauthorized', when: 'No token, a bad or an expired one' },
  403: { message: 'Forbidden', when: 'The token lacks the scope of the route' },
  413: { message: 'Request Entity Too Large', when: 'A body of more than 10 MB' },
  429: { message: 'Too Many Requests', when: 'More requests than the API is planned for: wait a second' },
  500: { message: 'Internal Server Error', when: 'The function could not answer at all' },
  503: { message: 'Service Unavailable', when: 'The function outlasted 30 s, or too many ran at once' },
};

export const GATEWAY_SCHEMA = 'GatewayReply';
export const gatewayExample = (status: number | string) => `GATEWAY_${status}`;

interface Details {
  readonly schema: v.GenericSchema;
  readonly example: object;
}

const reconnect: Details = {
  schema: ReconnectAction,
  example: { action: 'reconnect', platform_slug: 'spotify' },
};

const DETAILS: Partial<Record<ErrorCode, Details>> = {
  VALIDATION_FAILED: {
    schema: InvalidField,
    example: { field: 'limit', reason: 'doit être un nombre entier, de 1 à 100' },
  },
  SPOTIFY_TOKEN_REVOKED: reconnect,
  SPOTIFY_SCOPE_MISSING: reconnect,
};

const codes = Object.keys(errorMessages) as ErrorCode[];

/** `SPOTIFY_TOKEN_REVOKED` → `SpotifyTokenRevoked`. */
export const schemaNameOf = (code: ErrorCode) =>
  code.toLowerCase().replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());

/** One schema a code, so that a client that looks at the code knows the details. */
export function failureSchemas(): Record<string, object> {
  const own = codes.map((code) => [schemaNameOf(code), failureSchema(code)]);
  const gateway = {
    type: 'object',
    description: "API Gateway's own words: it answers before or instead of the service, without envelope",
    properties: { message: { type: 'string' } },
    required: ['message'],
  };
  return { ...Object.fromEntries(own), [GATEWAY_SCHEMA]: gateway };
}

function failureSchema(code: ErrorCode): object {
  const details = DETAILS[code];
  if (!details) return replySchema(failure(code, {}));
  return replySchema(failure(code, { details: v.pipe(v.array(details.schema), v.minLength(1)) }));
}

/** An example a code, in the language that the service answers in unless asked for another. */
export function failureExamples(): Record<string, object> {
  const own = codes.map((code) => [code, failureExample(code)]);
  const gateway = Object.entries(GATEWAY).map(([status, { message, when }]) => [
    gatewayExample(status),
    { summary: when, value: { message } },
  ]);
  return Object.fromEntries([...own, ...gateway]);
}

function failureExample(code: ErrorCode): object {
  const { fr: message, en: summary } = errorMessages[code];
  const details = DETAILS[code];
  const error = { code, message, request_id: 'JKJaXmPLvHcESHA=' };
  return {
    summary,
    value: { success: false, error: details ? { ...error, details: [details.example] } : error },
  };
}
