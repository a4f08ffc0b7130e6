import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { aConnectedUser, aToken } from '../support/a-user.ts';
import { type Operation, operations } from '../support/api-operations.ts';
import { type Caller, type GeneratedRequest, generatedRequest } from '../support/generated-requests.ts';
import { decodedPath, requireReplyOfContract } from '../support/reply-contract.ts';
import { createSender } from '../support/send-request.ts';

const AT_ONCE = 20;
const ROUNDS = 50;

const stack = inject('stack');
const { send, close } = createSender(stack.apiUrl);
afterAll(close);

const tokens: Partial<Record<Caller, string>> = { garbage: 'eyJhbGciOiJub25lIn0.e30.' };
beforeAll(async () => {
  const user = await aConnectedUser(stack, { artists: 40 });
  tokens.user = await aToken(stack, { user: user.id });
  tokens.operator = await aToken(stack, { user: 'operator', scope: 'cache:stats' });
  tokens.expired = await aToken(stack, { user: user.id, expires_in: -60 });
});

// The formats tell generators a size; what fits is said by minimum and maximum.
const ajv = new Ajv2020({ strict: false, formats: { int32: true, int64: true } });

test(`${AT_ONCE * ROUNDS} requests of any shape: none fails, each is told what the document promises`, async () => {
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(generatedRequest(), { minLength: AT_ONCE, maxLength: AT_ONCE }),
      async (requests) => {
        const replies = await Promise.all(requests.map(requireHonestReply));
        for (const { status } of replies) statuses.set(status, (statuses.get(status) ?? 0) + 1);
      },
    ),
    { numRuns: ROUNDS },
  );
  // Else it would only have shown how well nonsense is refused.
  for (const status of [200, 400, 401, 403, 404, 405, 409])
    expect(statuses.get(status), `${status}`).toBeGreaterThan(20);
});

async function requireHonestReply(request: GeneratedRequest) {
  const token = tokens[request.caller];
  const headers = { ...request.headers, ...(token && { authorization: `Bearer ${token}` }) };
  const reply = await send({ ...request, headers });
  const { method, target } = request;
  requireReplyOfContract({ ...reply, method, path: target });
  const expected = expectedOf(request);
  const verdict = `${reply.status} ${codeOf(reply.body)}`;
  expect(verdict, `${method} ${target} ${request.body?.toString('utf8').slice(0, 300)}`).toMatch(expected);
  return reply;
}

function codeOf(body: string): string {
  const parsed = body === '' ? undefined : JSON.parse(body);
  return parsed?.error?.code ?? '';
}

/** Status and code that the document promises for the request, as far as they are the request's own doing. */
function expectedOf({ method, target, body, caller }: GeneratedRequest): RegExp {
  const mark = target.indexOf('?');
  const path = decodedPath(target);
  const operation = operations.find((known) => known.method === method && known.path === path);
  if (!operation) return /^40[45] /;
  if (caller !== 'user' && caller !== 'operator') return /^401 $/;
  if (operation.scope && caller !== 'operator') return /^403 $/;
  const fits = fitsQuery(operation, mark < 0 ? '' : target.slice(mark)) && fitsBody(operation, body);
  return fits ? /^(200|304|409|503) |^400 (?!VALIDATION_FAILED)/ : /^400 VALIDATION_FAILED$/;
}

function fitsQuery({ query }: Operation, text: string): boolean {
  if (query.length === 0) return true;
  const pairs = [...new URLSearchParams(text)];
  const names = pairs.map(([name]) => name);
  if (new Set(names).size < names.length) return false;
  return pairs.every(([name, value]) => {
    const schema = query.find((parameter) => parameter.name === name)?.schema;
    if (schema?.type !== 'integer') return schema !== undefined && ajv.validate(schema, value);
    return /^(0|[1-9]\d*)$/.test(value) && ajv.validate(schema, Number(value));
  });
}

function fitsBody({ body: schema }: Operation, body: Buffer | undefined): boolean {
  if (!schema) return true;
  const text = body?.toString('utf8') ?? '';
  if (Buffer.byteLength(text) > 10 * 1024) return false;
  try {
    return ajv.validate(schema, JSON.parse(text));
  } catch {
    return false;
  }
}
