import type { WarningCode } from '../contract/artists-page.ts';
import type { ErrorCode } from '../errors.ts';
import type { StoredList } from './entry.ts';

/** What was asked of the platform; it may still grow while the request runs. */
interface PlatformUsage {
  readonly calls: number;
  readonly failures: number;
  readonly rateLimited: number;
  readonly revocations: number;
  /** Calls that were given up before they were answered. */
  readonly cut?: number;
  /** Items that were left out of a list because they make no sense. */
  readonly skipped?: number;
}

/** What became of a request for a page: every one ends in exactly one of these. */
export type Outcome =
  /** A fresh copy from the store, also one that another request had just computed. */
  | { name: 'hit' }
  /** This request computed the list. */
  | { name: 'miss' }
  | { name: 'stale'; cause: WarningCode | undefined }
  | { name: 'fallback-revoked' }
  | { name: 'error'; code: ErrorCode };

/** What happens to the lists, for those who count. The events of one request tell its story in order. */
export type CacheEvent =
  | Outcome
  /** There was a list, but not one that this version can read. */
  | { name: 'unreadable' }
  /** The request slept while another one computed. */
  | { name: 'waited'; ms: number }
  /** A computation came to its end. */
  | { name: 'computed'; ms: number }
  /** A computation, sync or connection may call the platform from here on. */
  | { name: 'platform-asked'; usage: PlatformUsage }
  /** `replaced`: the list that stood there before, usable or not. */
  | { name: 'stored'; list: StoredList; replaced: StoredList | undefined }
  | { name: 'toggled' }
  /** The platform limits the application: no function calls it for so long. */
  | { name: 'cooldown-started'; seconds: number };

/** Hears of the events of one request. Called synchronously, must not throw. */
export type Observe = (event: CacheEvent) => void;
