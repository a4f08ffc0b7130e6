import type { Clock } from '../../../shared/clock.ts';
import { apiError, html, json, plain, type Reply } from './replies.ts';
import type { AccountSettings } from './settings.ts';

const SLOW_MS = 15_000;
const RATE_LIMIT_SECONDS = 2;
/** What one application was told when its daily quota was spent. */
const QUOTA_SECONDS = 48_925;

const BAD_GATEWAY_PAGE =
  '<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>';

/** Bodies that come with a 200 and make no sense: cut off, another shape, a page, nothing. */
const NONSENSE = [
  '{"access_token":"BQ","token_type":"Bearer","items":[{"id":"70kkdajctXSb',
  '{"access_token":42,"expires_in":"soon","items":"none","artists":[]}',
  '<!doctype html><title>Spotify</title><p>Something went wrong.',
  'null',
  '',
] as const;

/** The settings as one endpoint has them: its own mode, where `fail` names one, goes before the account's. */
export function settingsAt(path: string, settings: AccountSettings): AccountSettings {
  const mode = settings.fail.find((failing) => failing.path === path)?.mode;
  return mode === undefined ? settings : { ...settings, mode };
}

/** Waits as `latency_ms` and the mode `slow` say. Rejects as soon as `signal` aborts. */
export async function takeItsTime(
  settings: AccountSettings,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const waitMs = settings.mode === 'slow' ? Math.max(SLOW_MS, settings.latency_ms) : settings.latency_ms;
  if (waitMs > 0) await clock.sleep(waitMs, signal);
}

/** What the token endpoint answers instead of doing its work, if anything. */
export function tokenRefusal({ mode }: AccountSettings, callNumber: number): Reply | undefined {
  switch (mode) {
    case 'down':
      return plain(503, 'upstream connect error or disconnect/reset before headers');
    case 'html502':
      return html(502, BAD_GATEWAY_PAGE);
    case 'malformed':
      return nonsense(callNumber);
    default:
      return undefined;
  }
}

/** What the Web API answers instead of doing its work, if anything. */
export function webApiRefusal({ mode, retry_after }: AccountSettings, callNumber: number): Reply | undefined {
  switch (mode) {
    case 'down':
      return apiError(503, 'Service unavailable');
    case 'html502':
      return html(502, BAD_GATEWAY_PAGE);
    case 'malformed':
      return nonsense(callNumber);
    case 'rate_limited':
      return apiError(429, 'API rate limit exceeded', {
        headers: { 'retry-after': String(retry_after ?? RATE_LIMIT_SECONDS) },
      });
    case 'quota':
      return apiError(429, 'API quota exceeded', {
        reason: 'QUOTA_EXCEEDED',
        headers: { 'retry-after': String(retry_after ?? QUOTA_SECONDS) },
      });
    case 'forbidden':
      return plain(403, 'User not registered in the Developer Dashboard');
    case 'unauthorized':
      return apiError(401, 'The access token expired');
    default:
      return undefined;
  }
}

function nonsense(callNumber: number): Reply {
  const body = NONSENSE[callNumber % NONSENSE.length] ?? '';
  return { ...json(200, null), body };
}
