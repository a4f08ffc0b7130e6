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

/** A query, body or JSON that does not fit; `details` names each field and why. */
export class ValidationFailed extends AppError {
  override readonly name = 'ValidationFailed';
  readonly code = 'VALIDATION_FAILED';
  readonly status = 400;
}

/** The token was accepted at the gateway, but names no user. */
export class Unauthorized extends AppError {
  override readonly name = 'Unauthorized';
  readonly code = 'UNAUTHORIZED';
  readonly status = 401;
}

export class UnknownPlatform extends AppError {
  override readonly name = 'UnknownPlatform';
  readonly code = 'UNKNOWN_PLATFORM';
  readonly status = 400;
}

/** OAuth state unknown, expired, used before, or another user's: told apart to nobody. */
export class InvalidState extends AppError {
  override readonly name = 'InvalidState';
  readonly code = 'INVALID_STATE';
  readonly status = 400;
}

/** The platform refused the authorization code. */
export class AuthorizationFailed extends AppError {
  override readonly name = 'AuthorizationFailed';
  readonly code = 'AUTHORIZATION_FAILED';
  readonly status = 400;
}

export class PlatformNotConnected extends AppError {
  override readonly name = 'PlatformNotConnected';
  readonly code = 'PLATFORM_NOT_CONNECTED';
  readonly status = 409;
}

const RECONNECT: readonly ErrorDetail[] = [{ action: 'reconnect', platform_slug: 'spotify' }];

/**
 * The consent was revoked or has expired. Thrown for `invalid_grant` of the token endpoint and for nothing else.
 */
export class PlatformRevoked extends AppError {
  override readonly name = 'PlatformRevoked';
  readonly code = 'SPOTIFY_TOKEN_REVOKED';
  readonly status = 409;

  constructor(message: string, options: AppErrorOptions = {}) {
    super(message, { ...options, details: RECONNECT });
  }
}

/** The consent lacks a scope that a computation needs. */
export class PlatformScopeMissing extends AppError {
  override readonly name = 'PlatformScopeMissing';
  readonly code = 'SPOTIFY_SCOPE_MISSING';
  readonly status = 409;

  constructor(message: string, options: AppErrorOptions = {}) {
    super(message, { ...options, details: RECONNECT });
  }
}

/** The platform limits the whole application (429): nobody may call before `retryAfterSeconds`. */
export class PlatformRateLimited extends AppError {
  override readonly name = 'PlatformRateLimited';
  readonly code = 'SPOTIFY_RATE_LIMITED';
  readonly status = 503;
  declare readonly retryAfterSeconds: number;

  constructor(message: string, options: AppErrorOptions & { retryAfterSeconds: number }) {
    super(message, options);
  }
}

/** Down, slow past the deadline, or an answer that makes no sense. */
export class PlatformUnavailable extends AppError {
  override readonly name = 'PlatformUnavailable';
  readonly code = 'SPOTIFY_UNAVAILABLE';
  readonly status = 503;
}

/** The computation outlasts the request and goes on elsewhere. */
export class ComputationPending extends AppError {
  override readonly name = 'ComputationPending';
  readonly code = 'COMPUTING';
  readonly status = 503;
}

/** DynamoDB or KMS cannot be reached. */
export class StorageUnavailable extends AppError {
  override readonly name = 'StorageUnavailable';
  readonly code = 'STORAGE_UNAVAILABLE';
  readonly status = 503;
}

export class SelectionLimitReached extends AppError {
  override readonly name = 'SelectionLimitReached';
  readonly code = 'SELECTION_LIMIT';
  readonly status = 409;
}

export class RouteNotFound extends AppError {
  override readonly name = 'RouteNotFound';
  readonly code = 'NOT_FOUND';
  readonly status = 404;
}

export class MethodNotAllowed extends AppError {
  override readonly name = 'MethodNotAllowed';
  readonly code = 'METHOD_NOT_ALLOWED';
  readonly status = 405;
  /** What the path does answer to: the header `Allow`, which every 405 must have (RFC 9110, 15.5.6). */
  readonly allowed: readonly string[];

  constructor(message: string, options: AppErrorOptions & { allowed: readonly string[] }) {
    super(message, options);
    this.allowed = options.allowed;
  }
}

/** A defect of ours. */
export class InternalError extends AppError {
  override readonly name = 'InternalError';
  readonly code = 'INTERNAL';
  readonly status = 500;
}
