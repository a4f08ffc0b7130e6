import type { Clock } from '../../../shared/clock.ts';
import type { Journal } from './journal.ts';
import { apiError, type Reply } from './replies.ts';
import { type AppSettings, ENDPOINT_PATHS, type EndpointPath } from './settings.ts';

const WINDOW_MS = 30_000;
const DAY_MS = 86_400_000;
const APP = 'app';

/** What the control answers: the limits, and what has been used of them. */
export interface AppReport extends AppSettings {
  calls_in_30_s: number;
  /** Since the quotas were set, at most a day ago. */
  used: Partial<Record<EndpointPath, number>>;
}

/**
 * Limits of the whole application over all accounts, as Spotify has them: so many calls of the Web API in any 30 s, and
 * so many a day of one bucket of endpoints. A refused call counts for neither.
 */
export function createAppLimits(clock: Clock, journal: Journal) {
  let settings: AppSettings = journal.kept<AppSettings>(APP)[0]?.[1] ?? {};
  let used: AppReport['used'] = {};
  let dayBeganMs = clock.nowMs();
  /** When the calls of the last 30 s were made, the earliest first. */
  let madeAtMs: number[] = [];

  function refuse(path: string): Reply | undefined {
    const endpoint = ENDPOINT_PATHS.find((known) => known === path);
    const nowMs = clock.nowMs();
    forgetOver(nowMs);
    const { per_30_s, quota } = settings;
    if (per_30_s !== undefined && madeAtMs.length >= per_30_s) {
      return limited('API rate limit exceeded', (madeAtMs[0] ?? nowMs) + WINDOW_MS - nowMs);
    }
    const granted = endpoint && quota?.[endpoint];
    const spent = (endpoint && used[endpoint]) ?? 0;
    if (granted !== undefined && spent >= granted) {
      return limited('API quota exceeded', dayBeganMs + DAY_MS - nowMs, 'QUOTA_EXCEEDED');
    }
    madeAtMs.push(nowMs);
    if (endpoint) used[endpoint] = spent + 1;
    return undefined;
  }

  function forgetOver(nowMs: number): void {
    while ((madeAtMs[0] ?? nowMs) <= nowMs - WINDOW_MS) madeAtMs.shift();
    if (nowMs < dayBeganMs + DAY_MS) return;
    used = {};
    dayBeganMs = nowMs;
  }

  function get(): AppReport {
    forgetOver(clock.nowMs());
    return { ...settings, calls_in_30_s: madeAtMs.length, used: { ...used } };
  }

  return {
    /** What the Web API answers instead of serving a call of this path, if anything. */
    refuse,
    get,
    /** New limits begin with nothing used; an empty object lifts them. */
    set(limits: AppSettings): AppReport {
      settings = limits;
      journal.put(APP, limits);
      used = {};
      madeAtMs = [];
      dayBeganMs = clock.nowMs();
      return get();
    },
  };
}

export type AppLimits = ReturnType<typeof createAppLimits>;

function limited(message: string, waitMs: number, reason?: string): Reply {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return apiError(429, message, { ...(reason && { reason }), headers: { 'retry-after': String(seconds) } });
}
