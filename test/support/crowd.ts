import type { AppError } from '../../shared/errors.ts';
import { type ServiceInTime, startServiceInTime, type UserInTime } from './service-in-time.ts';

/** Sizes of accounts: what many have, what was recorded of one listener, and about the most that there is. */
export const ORDINARY = { top: 99, followed: 50, saved: 150 };
export const HEAVY = { top: 198, followed: 83, saved: 5_320 };
export const HUGE = { top: 198, followed: 1_000, saved: 20_000 };

/** What a client that was given an old copy waits before it looks again. */
const LOOK_AGAIN_MS = 5_000;

export interface Served {
  user: string;
  servedAfterMs: number;
  /** Times that it asked us. */
  tries: number;
  /** Of Spotify. */
  calls: number;
}

/**
 * So many ordinary users and one heavy one open the app at the same moment, none has a list, and Spotify allows so many
 * calls in 30 s. Each asks again when it was told to.
 */
export async function serveCrowd({ ordinary, callsIn30s }: { ordinary: number; callsIn30s: number }) {
  const service = startServiceInTime();
  try {
    const users: UserInTime[] = [];
    for (let i = 1; i <= ordinary; i += 1) {
      users.push(await service.connected(`ordinary-${i}`, { ...ORDINARY, latency_ms: 150 }));
    }
    users.push(await service.connected('heavy', { ...HEAVY, latency_ms: 150 }));
    service.asked.length = 0;
    service.spotify.limit({ per_30_s: callsIn30s });
    return await service.until(Promise.all(users.map((user) => askUntilServed(service, user))));
  } finally {
    service.end();
  }
}

async function askUntilServed({ clock }: ServiceInTime, user: UserInTime): Promise<Served> {
  const beganMs = clock.nowMs();
  for (let tries = 1; ; tries += 1) {
    const answer = await user.artists().catch((error: AppError) => error);
    if ('cacheStatus' in answer && answer.cacheStatus === 'fresh') {
      return {
        user: user.id,
        servedAfterMs: clock.nowMs() - beganMs,
        tries,
        calls: user.calls().length,
      };
    }
    const seconds = 'retryAfterSeconds' in answer ? answer.retryAfterSeconds : undefined;
    await clock.sleep(seconds === undefined ? LOOK_AGAIN_MS : seconds * 1000);
  }
}
