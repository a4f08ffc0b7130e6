import type { RequestLine } from './types.ts';

/** What there is to see, in the order in which it makes sense. */
export const STEPS = ['computed', 'cached', 'revoked', 'reconnected', 'outage'] as const;
export type Step = (typeof STEPS)[number];

/** The steps that were seen once this request is over. */
export function seenAfter(seen: readonly string[], { outcome, source }: RequestLine): readonly string[] {
  const now: Partial<Record<RequestLine['outcome'], Step>> = {
    miss: seen.includes('revoked') && source === 'computed' ? 'reconnected' : 'computed',
    hit: 'cached',
    fallback_revoked: 'revoked',
    stale: 'outage',
  };
  const step = now[outcome];
  return step === undefined || seen.includes(step) ? seen : [...seen, step];
}
