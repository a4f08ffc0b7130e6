import type { Route } from '../../shared/contract/routes.ts';
import * as errors from '../../shared/errors.ts';
import { GATEWAY, GATEWAY_SCHEMA, gatewayExample, schemaNameOf } from './failure-schemas.ts';
import { failureHeaders, gatewayHeaders } from './headers.ts';
import { schemaRef } from './schemas.ts';

type ErrorCode = errors.ErrorCode;

/** The classes of the errors are the table of codes and statuses. */
const statusOfCode: ReadonlyMap<string, number> = new Map(
  Object.values(errors)
    .filter((exported) => exported.prototype instanceof errors.AppError)
    .map((exported) => {
      const AnyError = exported as unknown as typeof errors.PlatformRateLimited;
      const { code, status } = new AnyError('', { retryAfterSeconds: 1 });
      return [code, status];
    }),
);

function statusOf(code: ErrorCode): number {
  const status = statusOfCode.get(code);
  if (status === undefined) throw new Error(`no error class has the code ${code}`);
  return status;
}

/** Who may answer with a status: the service, by these codes, and API Gateway itself. */
interface Answer {
  readonly status: number;
  readonly codes: readonly ErrorCode[];
  readonly gatewayToo: boolean;
}

/** The same wherever they occur. */
const SHARED: Readonly<Record<string, Answer>> = {
  Unauthorized: { status: 401, codes: ['UNAUTHORIZED'], gatewayToo: true },
  Forbidden: { status: 403, codes: [], gatewayToo: true },
  NotFound: { status: 404, codes: ['NOT_FOUND'], gatewayToo: false },
  MethodNotAllowed: { status: 405, codes: ['METHOD_NOT_ALLOWED'], gatewayToo: false },
  ContentTooLarge: { status: 413, codes: [], gatewayToo: true },
  TooManyRequests: { status: 429, codes: [], gatewayToo: true },
  Internal: { status: 500, codes: ['INTERNAL'], gatewayToo: true },
  GatewayUnavailable: { status: 503, codes: [], gatewayToo: true },
};

export const sharedResponses = (): Record<string, object> =>
  Object.fromEntries(Object.entries(SHARED).map(([name, answer]) => [name, response(answer)]));

const sharedRef = (name: string) => ({ $ref: `#/components/responses/${name}` });

/** What any request that matches no route is answered with. */
export const defaultResponses = () =>
  byStatus(['NotFound', 'MethodNotAllowed', 'TooManyRequests', 'Internal', 'GatewayUnavailable']);

function byStatus(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [SHARED[name]?.status, sharedRef(name)]));
}

/** The replies of a route that are no success, by status. */
export function failureResponses(route: Route): Record<string, object> {
  const shared = ['Unauthorized', 'TooManyRequests', 'Internal'];
  if (route.scope) shared.push('Forbidden');
  if (route.method === 'POST') shared.push('ContentTooLarge');
  const codes: ErrorCode[] = [...route.errors, 'STORAGE_UNAVAILABLE'];
  if (route.query || route.body) codes.unshift('VALIDATION_FAILED');
  const own = [...new Set(codes.map(statusOf))].map((status) => {
    const ofStatus = codes.filter((code) => statusOf(code) === status);
    return [status, response({ status, codes: ofStatus, gatewayToo: status in GATEWAY })];
  });
  return { ...byStatus(shared), ...Object.fromEntries(own) };
}

function response({ status, codes, gatewayToo }: Answer): object {
  const schemas = [...codes.map(schemaNameOf), ...(gatewayToo ? [GATEWAY_SCHEMA] : [])].map(schemaRef);
  const examples = [...codes, ...(gatewayToo ? [gatewayExample(status)] : [])];
  const when = [...codes.map((code) => `\`${code}\``), ...(gatewayToo ? [GATEWAY[status]?.when] : [])];
  return {
    description: when.join('; '),
    headers: codes.length > 0 ? failureHeaders(status, gatewayToo) : gatewayHeaders(status),
    content: {
      'application/json': {
        schema: schemas.length === 1 ? schemas[0] : { oneOf: schemas },
        examples: Object.fromEntries(
          examples.map((name) => [name, { $ref: `#/components/examples/${name}` }]),
        ),
      },
    },
  };
}
