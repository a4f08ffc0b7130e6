import { type PlatformBucket, PlatformUnavailable } from '../errors.ts';

/** What a client is told to wait; as long as the back-off of one user. */
const RETRY_SECONDS = 30;

interface Circumstances {
  cause?: unknown;
  bucket?: PlatformBucket | undefined;
  /** What the reply's `Retry-After` asks for. */
  retryAfterSeconds?: number | undefined;
}

/** Spotify is down, slow or makes no sense. `message` carries nothing of a request or a reply. */
export function unavailable(
  message: string,
  { retryAfterSeconds = 0, ...rest }: Circumstances = {},
): PlatformUnavailable {
  return new PlatformUnavailable(message, {
    ...rest,
    retryAfterSeconds: Math.max(RETRY_SECONDS, retryAfterSeconds),
  });
}

/**
 * - `invalid_client`: the token endpoint refuses our client id and secret.
 * - `forbidden`: a 403 that is not about scopes (the application's mode, quota or owner).
 * - `unauthorized`: an access token just issued is refused.
 * - `request_refused`: a request of ours does not fit Spotify's interface any more.
 */
export type TroubleReason = 'invalid_client' | 'forbidden' | 'unauthorized' | 'request_refused';

/** The cause of a `PlatformUnavailable` that waiting does not mend: somebody must look at our application. */
export class ApplicationTrouble extends Error {
  readonly reason: TroubleReason;

  constructor(reason: TroubleReason) {
    super(`trouble with our Spotify application: ${reason}`);
    this.name = 'ApplicationTrouble';
    this.reason = reason;
  }
}

/** Why somebody should be alarmed, or undefined when it is Spotify's trouble and not ours. */
export function applicationTrouble(error: unknown): TroubleReason | undefined {
  const cause = error instanceof PlatformUnavailable ? error.cause : undefined;
  return cause instanceof ApplicationTrouble ? cause.reason : undefined;
}
