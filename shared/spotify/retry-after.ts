/** When Spotify does not say how long: as long as its own window for counting calls. */
const DEFAULT_SECONDS = 30;
const MAX_SECONDS = 24 * 3600;

/**
 * Seconds to wait after a 429: 1 to 86,400. `Retry-After` is whole seconds, or a date (RFC 9110, 10.2.3);
 * 30 when it is absent or nonsense.
 */
export function retryAfterSeconds(header: string | null, nowMs: number): number {
  const text = header?.trim() ?? '';
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((httpDateMs(text) - nowMs) / 1000);
  if (Number.isNaN(seconds)) return DEFAULT_SECONDS;
  return Math.min(Math.max(seconds, 1), MAX_SECONDS);
}

/** `Date.parse` alone would also take things like "-5" for a year. */
function httpDateMs(text: string): number {
  return /^[A-Z][a-z]{2,8}, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
}
