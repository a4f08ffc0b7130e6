import * as v from 'valibot';
import { type ErrorDetail, ValidationFailed } from '../errors.ts';

/** Larger bodies are refused: no request of ours comes near. */
const MAX_BODY_BYTES = 10 * 1024;

/**
 * The value as its schema shapes it.
 *
 * @throws ValidationFailed whose details name each field and why it does not fit, never the value itself.
 */
export function validate<TSchema extends v.GenericSchema>(
  schema: TSchema,
  value: unknown,
): v.InferOutput<TSchema> {
  const result = v.safeParse(schema, value, { abortPipeEarly: true });
  if (result.success) return result.output;
  throw new ValidationFailed('the request does not fit its schema', {
    details: result.issues.map(describeIssue),
  });
}

/** The JSON object of a body, whatever content type it was sent with: `fetch` calls a plain string `text/plain`. */
export function parseJsonBody(body: string | undefined, isBase64Encoded: boolean): unknown {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.byteLength > MAX_BODY_BYTES) throw bodyRefused(`must be at most ${MAX_BODY_BYTES} bytes`);
  if (bytes.byteLength === 0) throw bodyRefused('must be a JSON object, but there is none');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // Not kept as the cause: the parser's message quotes what was sent.
    throw bodyRefused('must be valid JSON');
  }
}

const bodyRefused = (reason: string) =>
  new ValidationFailed('the body was refused', { details: [{ field: 'body', reason }] });

function describeIssue(issue: v.BaseIssue<unknown>): ErrorDetail {
  return { field: v.getDotPath(issue) ?? 'body', reason: reasonOf(issue) };
}

function reasonOf(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === 'never') return 'is not known';
  if (issue.received === 'undefined') return 'is missing';
  if (!issue.message.startsWith('Invalid')) return issue.message;
  return issue.expected ? `must be ${issue.expected}` : 'is not valid';
}
