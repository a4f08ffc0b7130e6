import type { SkipReason } from './items.ts';

/**
 * What one computation, sync or connection asked of Spotify. The caller creates it, everything below adds to it.
 * Every HTTP call counts once in `calls`, and at most once in one of the others.
 */
export interface SpotifyUsage {
  /** HTTP calls made, tokens included, whatever came of them. */
  calls: number;
  /** Calls without a usable answer: no reply, a server's error, nonsense, a refusal. */
  failures: number;
  /** Calls answered 429. */
  rateLimited: number;
  /** Refreshes answered `invalid_grant`. */
  revocations: number;
  /** Odd items that were left out of good pages. */
  skipped: number;
  skippedBy: Partial<Record<SkipReason, number>>;
}

export const noUsage = (): SpotifyUsage => ({
  calls: 0,
  failures: 0,
  rateLimited: 0,
  revocations: 0,
  skipped: 0,
  skippedBy: {},
});

/** Counts the items that a reply was read without, if it is a page. */
export function countSkipped(usage: SpotifyUsage, reply: unknown): void {
  if (typeof reply !== 'object' || reply === null || !('skipped' in reply)) return;
  for (const reason of reply.skipped as readonly SkipReason[]) {
    usage.skipped += 1;
    usage.skippedBy[reason] = (usage.skippedBy[reason] ?? 0) + 1;
  }
}

/** What goes along with everything that may call Spotify. */
export interface SpotifyCall {
  /** The caller's deadline. When it aborts, its reason is thrown as it is. */
  signal: AbortSignal;
  usage: SpotifyUsage;
}
