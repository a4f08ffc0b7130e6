import type { Clock } from '../clock.ts';
import type { OptionalList } from '../errors.ts';
import type { ArtistsCache, Lookup } from './artists-cache.ts';
import type { BanStore } from './ban-store.ts';
import type { Probes } from './bans.ts';
import type { ComputationRecord, ComputationStore, Lease } from './computation-store.ts';
import type { ComputedList } from './entry.ts';
import type { Observe } from './events.ts';
import type { Platform } from './platform.ts';

/** What every computation needs. `observe` is of one request or invocation, the rest of an instance. */
export interface ComputationDeps {
  cache: ArtistsCache;
  computations: ComputationStore;
  bans: BanStore;
  platform: Platform;
  clock: Clock;
  observe: Observe;
  /** How long a user's failed computation is not tried again, by any instance. */
  retryMs: number;
}

/** The right to compute a user's list, with what was known when it was given. */
export interface Permit {
  lease: Lease;
  /** What the new list is to replace. */
  found: Lookup;
  record: ComputationRecord;
  /** Optional lists that are left out. */
  without: readonly OptionalList[];
  /** Bans whose end this computation is to find out; the token of the lease holds them. */
  probes: Probes;
}

/** A computation of one user's list. It must obey `signal`, and settle soon after it aborts. */
export interface ComputationJob {
  userId: string;
  signal: AbortSignal;
  without: readonly OptionalList[];
  observe: Observe;
}
export type Compute = (job: ComputationJob) => Promise<Computed>;

/** A list, and the buckets in which the platform answered. */
export interface Computed extends ComputedList {
  answered: ReadonlySet<string>;
}
