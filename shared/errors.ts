/** What clients branch on. The table of codes, statuses and situations is the contract's. */
export type ErrorCode =
  | 'VALIDATION_FAILED'
  | 'UNAUTHORIZED'
  | 'UNKNOWN_PLATFORM'
  | 'INVALID_STATE'
  | 'AUTHORIZATION_FAILED'
  | 'PLATFORM_NOT_CONNECTED'
  | 'SPOTIFY_TOKEN_REVOKED'
  | 'SPOTIFY_SCOPE_MISSING'
  | 'SPOTIFY_RATE_LIMITED'
  | 'SPOTIFY_UNAVAILABLE'
  | 'COMPUTING'
  | 'STORAGE_UNAVAILABLE'
  | 'SELECTION_LIMIT'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'INTERNAL';

export type ErrorDetail = Readonly<Record<string, string>>;

interface AppErrorOptions {
  cause?: unknown;
  /** Seconds after which the same request may succeed. Always present on 503. */
  retryAfterSeconds?: number;
  details?: readonly ErrorDetail[];
}

/**
 * The base of every error that the service answers on purpose.
 *
 * `message` is for logs, in English, and never carries a token, a body of an upstream reply or a user's input;
 * what a person reads is localised from `code` where the reply is built.
 */
export abstract class AppError extends Error {
  /** Spelled out by each class: bundles shorten the names of classes, and logs tell errors by theirs. */
  abstract override readonly name: string;
  abstract readonly code: ErrorCode;
  abstract readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  readonly details: readonly ErrorDetail[] | undefined;

  constructor(message: string, { cause, retryAfterSeconds, details }: AppErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.retryAfterSeconds = retryAfterSeconds;
    this.details = details;
  }
}

/** A class of errors that all have this code and status. */
const ofKind = <TCode extends ErrorCode>(kind: string, errorCode: TCode, httpStatus: number) =>
  class extends AppError {
    override readonly name = kind;
    readonly code = errorCode;
    readonly status = httpStatus;
  };

/** A query, body or JSON that does not fit; `details` names each field and why. */
export class ValidationFailed extends ofKind('ValidationFailed', 'VALIDATION_FAILED', 400) {}

/** The token was accepted at the gateway, but names no user. */
export class Unauthorized extends ofKind('Unauthorized', 'UNAUTHORIZED', 401) {}

export class UnknownPlatform extends ofKind('UnknownPlatform', 'UNKNOWN_PLATFORM', 400) {}

/** OAuth state unknown, expired, used before, or another user's: no reply tells which. */
export class InvalidState extends ofKind('InvalidState', 'INVALID_STATE', 400) {}

/** The platform refused the authorization code. */
export class AuthorizationFailed extends ofKind('AuthorizationFailed', 'AUTHORIZATION_FAILED', 400) {}

export class PlatformNotConnected extends ofKind('PlatformNotConnected', 'PLATFORM_NOT_CONNECTED', 409) {}

/** Another platform would call its failures by codes of its own. */
interface PlatformErrorOptions extends AppErrorOptions {
  code?: ErrorCode;
}

const RECONNECT: readonly ErrorDetail[] = [{ action: 'reconnect', platform_slug: 'spotify' }];

/** A class of errors that a new consent mends. */
const ofConsent = (kind: string, ownCode: ErrorCode) =>
  class extends AppError {
    override readonly name = kind;
    readonly code: ErrorCode;
    readonly status = 409;

    constructor(message: string, { code = ownCode, ...options }: PlatformErrorOptions = {}) {
      super(message, { ...options, details: RECONNECT });
      this.code = code;
    }
  };

/** The consent was revoked or has expired. Thrown for `invalid_grant` of the token endpoint and for nothing else. */
export class PlatformRevoked extends ofConsent('PlatformRevoked', 'SPOTIFY_TOKEN_REVOKED') {}

/** The consent lacks a scope that a computation needs. */
export class PlatformScopeMissing extends ofConsent('PlatformScopeMissing', 'SPOTIFY_SCOPE_MISSING') {}

/** The families of endpoints that the platform counts, and limits, apart from each other. */
export type PlatformBucket = 'token' | 'me' | 'top' | 'following' | 'tracks' | 'player';

/** `rate_limit`: too many calls of the application in a short while. `quota`: a bucket's calls of a day are used up. */
export type LimitReason = 'rate_limit' | 'quota';

/** The platform answered 429: calls are of no use before `retryAfterSeconds`, which is 1 to 86,400. */
export class PlatformRateLimited extends AppError {
  override readonly name = 'PlatformRateLimited';
  readonly code: ErrorCode;
  readonly status = 503;
  declare readonly retryAfterSeconds: number;
  readonly reason: LimitReason;
  /** Whose call it was; a quota limits this bucket alone. */
  readonly bucket: PlatformBucket | undefined;

  constructor(
    message: string,
    options: PlatformErrorOptions & {
      retryAfterSeconds: number;
      reason?: LimitReason;
      bucket?: PlatformBucket;
    },
  ) {
    super(message, options);
    this.code = options.code ?? 'SPOTIFY_RATE_LIMITED';
    this.reason = options.reason ?? 'rate_limit';
    this.bucket = options.bucket;
  }
}

/** Down, slow past the deadline, or an answer that makes no sense. */
export class PlatformUnavailable extends AppError {
  override readonly name = 'PlatformUnavailable';
  readonly code: ErrorCode;
  readonly status = 503;
  /** Whose call failed; undefined when it was none in particular. */
  readonly bucket: PlatformBucket | undefined;
  /** For how long the platform itself asked not to be called; undefined when it did not say. */
  readonly toldSeconds: number | undefined;

  constructor(
    message: string,
    options: PlatformErrorOptions & {
      bucket?: PlatformBucket | undefined;
      toldSeconds?: number | undefined;
    } = {},
  ) {
    super(message, options);
    this.code = options.code ?? 'SPOTIFY_UNAVAILABLE';
    this.bucket = options.bucket;
    this.toldSeconds = options.toldSeconds;
  }
}

/** Lists without which the rest still says a good deal of a user's liking. */
export type OptionalList = 'saved' | 'followed';

/**
 * The optional list by whose failure a computation ended; undefined when it failed by anything else, as by the limit of
 * the whole application. `lists`: by the bucket that they are read from.
 */
export function failedListOf(
  error: unknown,
  lists: Readonly<Record<string, OptionalList>>,
): OptionalList | undefined {
  const isOwn =
    error instanceof PlatformUnavailable ||
    (error instanceof PlatformRateLimited && error.reason === 'quota');
  return isOwn && error.bucket ? lists[error.bucket] : undefined;
}

/** The computation outlasts the request and goes on elsewhere. */
export class ComputationPending extends ofKind('ComputationPending', 'COMPUTING', 503) {}

/** DynamoDB or KMS cannot be reached. */
export class StorageUnavailable extends ofKind('StorageUnavailable', 'STORAGE_UNAVAILABLE', 503) {}

export class SelectionLimitReached extends ofKind('SelectionLimitReached', 'SELECTION_LIMIT', 409) {}

export class RouteNotFound extends ofKind('RouteNotFound', 'NOT_FOUND', 404) {}

export class MethodNotAllowed extends ofKind('MethodNotAllowed', 'METHOD_NOT_ALLOWED', 405) {
  /** What the path does answer to: the header `Allow`, which every 405 must have (RFC 9110, 15.5.6). */
  readonly allowed: readonly string[];

  constructor(message: string, options: AppErrorOptions & { allowed: readonly string[] }) {
    super(message, options);
    this.allowed = options.allowed;
  }
}

/** A defect of ours. */
export class InternalError extends ofKind('InternalError', 'INTERNAL', 500) {}

/**
 * - `invalid_client`: the token endpoint refuses our client id and secret.
 * - `forbidden`: a 403 that is not about scopes (the application's mode, quota or owner).
 * - `unauthorized`: an access token just issued is refused.
 * - `other_application`: a connection was made with other credentials than we have now.
 * - `request_refused`: a request of ours does not fit the platform's interface any more.
 */
export type TroubleReason =
  | 'invalid_client'
  | 'forbidden'
  | 'unauthorized'
  | 'other_application'
  | 'request_refused';

/** The cause of a `PlatformUnavailable` that waiting does not mend: an operator must look at our application. */
export class ApplicationTrouble extends Error {
  override readonly name = 'ApplicationTrouble';
  readonly reason: TroubleReason;

  constructor(reason: TroubleReason) {
    super(`trouble with our application at the platform: ${reason}`);
    this.reason = reason;
  }
}

/** Whether it is our doing, so that an operator must look, whatever the user was answered. */
export function isDefect(error: unknown): boolean {
  if (!(error instanceof AppError) || error.code === 'INTERNAL') return true;
  let cause = error.cause;
  while (cause instanceof AppError) cause = cause.cause;
  return cause instanceof ApplicationTrouble;
}

/** The code of any error: what was not foreseen is a defect. */
export const codeOf = (error: unknown): ErrorCode => (error instanceof AppError ? error.code : 'INTERNAL');
