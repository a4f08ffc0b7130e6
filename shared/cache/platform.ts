import type { RevokedCode, StaleCode } from '../contract/artists-page.ts';
import type { ErrorCode } from '../errors.ts';
import type { Needs } from './bans.ts';

/** All that the cache knows of the platform whose data it keeps. */
export interface Platform {
  codes: FailureCodes;
  needs: Needs;
}

type FailureCode = StaleCode & ErrorCode;

/** What the platform's failures are called outside, by what they mean to the cache. */
export interface FailureCodes {
  /** The user must consent again. */
  revoked: RevokedCode;
  /** The consent lacks a scope. */
  scopeMissing: FailureCode;
  /** The platform limits the application. */
  rateLimited: FailureCode;
  /** Down, slow, or nonsense. */
  unavailable: FailureCode;
}
