import type { Answer, WireReply, WireRequest } from './detour.ts';

/**
 * What befalls a call to DynamoDB or KMS. Each is over sooner than the third attempt of the SDK, so that a call fails
 * for good only when it is met three times.
 * - `throttle`: refused, nothing happened
 * - `fail`, `cut`, `hang`: nothing happened either, and the caller hears 500, a broken connection, nothing
 * - `fail-after`, `cut-after`, `hang-after`: it took effect, and the caller hears the same three
 * - `late`: the caller hears nothing, and it takes effect when the caller has given up waiting
 */
export const FATES = [
  'throttle',
  'fail',
  'cut',
  'hang',
  'fail-after',
  'cut-after',
  'hang-after',
  'late',
] as const;
export type Fate = (typeof FATES)[number] | 'pass';

/** The functions wait for 2 s. */
const LATE_MS = 2_500;

export async function meet(fate: Fate, pass: () => Promise<WireReply>): Promise<Answer> {
  switch (fate) {
    case 'pass':
      return pass();
    case 'throttle':
      return awsError(400, 'ThrottlingException');
    case 'fail':
      return awsError(500, 'InternalServerError');
    case 'cut':
      return 'cut';
    case 'hang':
      return 'silent';
    case 'fail-after':
      return pass().then(() => awsError(500, 'InternalServerError'));
    case 'cut-after':
      return pass().then(() => 'cut');
    case 'hang-after':
      return pass().then(() => 'silent');
    case 'late':
      setTimeout(() => void pass().catch(() => undefined), LATE_MS).unref();
      return 'silent';
  }
}

function awsError(status: number, code: string): WireReply {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': code };
  return { status, headers, body: Buffer.from(JSON.stringify({ __type: code, message: 'as told' })) };
}

/** A call of AWS's JSON protocol. */
export interface AwsCall {
  /** The name of the function. */
  readonly caller: string;
  /** Such as `DynamoDB_20120810` or `TrentService`. */
  readonly service: string;
  /** Such as `GetItem`. */
  readonly operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: as the wire has it
  readonly input: any;
  /** The same for each attempt of one call. */
  readonly invocationId: string;
  /** From 1. */
  readonly attempt: number;
}

export function awsCallOf({ headers, body }: WireRequest): AwsCall {
  const [service = '', operation = ''] = String(headers['x-amz-target']).split('.');
  return {
    caller: /Credential=([^/,\s]+)\//.exec(headers.authorization ?? '')?.[1] ?? '',
    service,
    operation,
    input: body.length > 0 ? JSON.parse(body.toString('utf8')) : {},
    invocationId: String(headers['amz-sdk-invocation-id']),
    attempt: Number(/attempt=(\d+)/.exec(String(headers['amz-sdk-request']))?.[1] ?? 1),
  };
}

/** The partition and sort key that a call to DynamoDB is about, such as `user_artists:alice`; empty for a query. */
export function keyOf({ input }: AwsCall): string {
  const key = input.Key ?? input.Item ?? {};
  return [key.pk?.S, key.sk?.S].filter((part) => part !== undefined).join(' ');
}
