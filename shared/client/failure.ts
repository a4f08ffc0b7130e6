import { retryAfterSeconds } from './send.ts';

/** What API Gateway answers by itself, without our envelope, by its status. */
const GATEWAY_CODES = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  413: 'CONTENT_TOO_LARGE',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL',
  503: 'SERVICE_UNAVAILABLE',
} as const;

/** The gateway's own words are no message for a person, and it has no `request_id` of ours. */
export interface GatewayFailure {
  readonly code: (typeof GATEWAY_CODES)[keyof typeof GATEWAY_CODES] | 'UNEXPECTED';
  readonly message?: undefined;
  readonly request_id?: undefined;
  readonly details?: undefined;
}

/** What every failure tells beside its code. */
interface Circumstances {
  readonly status: number;
  /** How long to wait before the same request may succeed, where the reply says so. */
  readonly retryAfterSeconds: number | undefined;
}

interface FailedReply {
  readonly error?: unknown;
  readonly response: Response;
}

type OwnFailure<TError> = TError extends { error: infer TOwn } ? TOwn : never;

/** The failures of a call: the service's own for this route, each with its details, and the gateway's. */
export type FailureOf<TReply extends FailedReply> = Circumstances &
  (OwnFailure<TReply['error']> | GatewayFailure);

/**
 * What went wrong, undefined when nothing did. Branch on `code`; `message` is for a person, in the language of the
 * client, and `request_id` to quote when something has to be looked into.
 */
export function failureOf<TReply extends FailedReply>(reply: TReply): FailureOf<TReply> | undefined {
  const { status, ok } = reply.response;
  if (ok || status === 304) return undefined;
  const own = (reply.error as { error?: { code?: unknown } } | undefined)?.error;
  const told = typeof own?.code === 'string' ? own : { code: gatewayCode(status) };
  return { ...told, status, retryAfterSeconds: retryAfterSeconds(reply.response) } as FailureOf<TReply>;
}

const gatewayCode = (status: number): GatewayFailure['code'] =>
  GATEWAY_CODES[status as keyof typeof GATEWAY_CODES] ?? 'UNEXPECTED';

/** A failure as something to throw. */
export class ArtistsApiError extends Error {
  override readonly name = 'ArtistsApiError';
  readonly failure: Circumstances & { readonly code: string; readonly message?: string | undefined };

  constructor(failure: ArtistsApiError['failure']) {
    super(failure.message ?? failure.code);
    this.failure = failure;
  }
}

/**
 * The body of a reply that succeeded, for those who rather catch than branch.
 *
 * @throws ArtistsApiError
 */
export function dataOf<TReply extends FailedReply & { readonly data?: unknown }>(
  reply: TReply,
): NonNullable<TReply['data']> {
  const failure = failureOf(reply);
  if (failure) throw new ArtistsApiError(failure as ArtistsApiError['failure']);
  return reply.data as NonNullable<TReply['data']>;
}
