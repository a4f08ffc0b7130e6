/** How often something may happen: `burst` times at once, then once in `intervalMs`. */
export interface Pace {
  intervalMs: number;
  burst: number;
}

/**
 * One more of what was paid for until `paidUntilMs`: until when it then is. A token bucket in one number (GCRA). Pure.
 */
export function nextPayment(
  paidUntilMs: number | undefined,
  { intervalMs, burst }: Pace,
  nowMs: number,
): number | 'too many' {
  const next = Math.max(paidUntilMs ?? 0, nowMs) + intervalMs;
  return next - nowMs > burst * intervalMs ? 'too many' : next;
}
