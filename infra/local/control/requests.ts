import * as v from 'valibot';

const User = v.pipe(
  v.string('must be text'),
  v.minLength(1, 'must not be empty'),
  v.maxLength(1024, 'must be at most 1024 characters'),
);

/** A year, and as much in the past: a token that has expired is worth having in a test. */
const MAX_EXPIRES_IN_SECONDS = 31_536_000;
const EXPIRES_IN = `must be a whole number of seconds, ${-MAX_EXPIRES_IN_SECONDS} to ${MAX_EXPIRES_IN_SECONDS}`;

export const TokenRequest = v.strictObject({
  user: User,
  scope: v.optional(v.string('must be text, separated by spaces')),
  expires_in: v.optional(
    v.pipe(
      v.number(EXPIRES_IN),
      v.integer(EXPIRES_IN),
      v.minValue(-MAX_EXPIRES_IN_SECONDS, EXPIRES_IN),
      v.maxValue(MAX_EXPIRES_IN_SECONDS, EXPIRES_IN),
    ),
    3600,
  ),
});

const SECONDS = 'must be a number of seconds, not negative';

export const AgeRequest = v.strictObject({
  user: User,
  seconds: v.pipe(v.number(SECONDS), v.finite(SECONDS), v.minValue(0, SECONDS), v.maxValue(1e9, SECONDS)),
});

/** A request that does not fit: 400, or 404 for what is not there. */
export class ControlError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly { field: string; message: string }[];

  constructor(
    status: number,
    code: string,
    message: string,
    details: readonly { field: string; message: string }[] = [],
  ) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** @throws ControlError naming each field that does not fit */
export function parseRequest<T extends v.GenericSchema>(schema: T, body: Buffer): v.InferOutput<T> {
  const result = v.safeParse(schema, parseJson(body));
  if (result.success) return result.output;
  const details = result.issues.map((issue) => {
    const field = v.getDotPath(issue) ?? 'body';
    const message =
      issue.kind === 'validation' || issue.received !== 'undefined' ? issue.message : 'is missing';
    return { field, message };
  });
  const text = details.map(({ field, message }) => `${field} ${message}`).join('; ');
  throw new ControlError(400, 'VALIDATION_FAILED', text, details);
}

/** A parameter of the query. @throws ControlError when it is not there */
export function required(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value) return value;
  throw new ControlError(400, 'VALIDATION_FAILED', `${name} is missing`, [
    { field: name, message: 'is missing' },
  ]);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8') || '{}');
  } catch {
    const details = [{ field: 'body', message: 'must be JSON' }];
    throw new ControlError(400, 'VALIDATION_FAILED', 'body must be JSON', details);
  }
}
