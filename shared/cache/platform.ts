import type { RevokedCode, StaleCode } from '../contract/artists-page.ts';
import type { ErrorCode, OptionalList } from '../errors.ts';

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

/** What a computation uses of the platform, by the names of the bans that concern it. */
export interface Needs {
  required: readonly string[];
  /** Buckets that a list can be computed without, and what the list then lacks. */
  optional: Readonly<Record<string, OptionalList>>;
}

/** The names of all bans that may concern what is needed, `without` some optional lists. */
export const namesOf = ({ required, optional }: Needs, without: readonly OptionalList[] = []): string[] => [
  ...required,
  ...Object.entries(optional).flatMap(([bucket, list]) => (without.includes(list) ? [] : [bucket])),
];
