import type { Clock } from '../../../shared/clock.ts';
import type { RouteSpec } from '../template/api.ts';

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * The throttling of an HTTP API: each route has a bucket of as many tokens as its burst limit, which fills at its rate
 * limit. A request takes one, and is 429 where there is none.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 *
 * @returns whether a request is let through
 */
export function createThrottle(clock: Pick<Clock, 'nowMs'>): (route: RouteSpec) => boolean {
  const buckets = new Map<string, Bucket>();
  return ({ key, limit }) => {
    if (!limit) return true;
    const nowMs = clock.nowMs();
    const before = buckets.get(key) ?? { tokens: limit.burst, atMs: nowMs };
    const gained = (Math.max(0, nowMs - before.atMs) / 1000) * limit.ratePerSecond;
    const tokens = Math.min(limit.burst, before.tokens + gained);
    const passes = tokens >= 1;
    buckets.set(key, { tokens: passes ? tokens - 1 : tokens, atMs: nowMs });
    return passes;
  };
}
