import { canStillBeStored } from '../../shared/cache/entry.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Player } from './cast.ts';
import { type Computation, count, type History } from './history.ts';
import { USERS, type User } from './plan.ts';
import type { Scheduler } from './scheduler.ts';

/** No instance tries again before the clock shows `untilMs`, among those who look after `step`. */
interface Pause {
  untilMs: number;
  step: number;
}

export const RETRY_MS = 30_000;
const CONSENT_RETRY_MS = 600_000;
const MINUTE_MS = 60_000;
/** Ten at once, and one when a minute has passed. */
const BY_TOGGLE_IN_A_MINUTE = 11;
const PAUSES: { [code in ErrorCode]?: number } = {
  SPOTIFY_UNAVAILABLE: RETRY_MS,
  SPOTIFY_RATE_LIMITED: RETRY_MS,
  SPOTIFY_TOKEN_REVOKED: CONSENT_RETRY_MS,
};

export type ComputationProperties = ReturnType<typeof computationProperties>;

/** What must hold of every computation that begins. */
export function computationProperties({
  scheduler,
  history,
  isExact,
}: {
  scheduler: Scheduler;
  history: History;
  /** All clocks show the same time. */
  isExact: boolean;
}) {
  const { broken, computations, tally } = history;
  const pauses = new Map<User, Pause>();
  const forgottenAt = new Map<User, number>();
  const grants = new Map<User, number>();
  let ban: Pause | undefined;
  const byToggle = new Map<User, number[]>();

  return {
    /**
     * I1: an instance that computes holds the lease, and took it when there was something to compute: the fence that it computes
     * from still stood, and the list was not fresh (by the clock of the instance that decided, also when another goes on). Of those who computed from one fence each later one began when the
     * lease of the one before was over (see `leaseTaken`).
     * I5: neither the back-off of the user nor the ban of the application is running, by the clock of the instance that computes;
     * what was written after its last look it cannot know. And toggles bring about ten at once and one a minute.
     */
    begin(player: Player, user: User, isPartial: boolean): Computation {
      const { taken } = player;
      if (!taken || taken.user !== user) broken('I1', `${player.name} computes without a lease`);
      const { fence, entryFence, wasFresh, isHandedOn, isByToggle, step } = taken as NonNullable<
        typeof taken
      >;
      if (!canStillBeStored(fence, entryFence))
        broken('I1', `${player.name} computes though the list is another by now`);
      if (wasFresh && !isHandedOn) broken('I1', `${player.name} computes though there is a fresh list`);
      const nowMs = scheduler.nowMs + player.skewMs;
      const pause = pauses.get(user);
      const isForgotten = (forgottenAt.get(user) ?? -1) > (pause?.step ?? -1);
      if (pause && !isHandedOn && !isForgotten && step > pause.step && nowMs < pause.untilMs)
        broken('I5', `${player.name} computes ${pause.untilMs - nowMs} ms before the back-off ends`);
      if (ban && (player.cooldownLookStep ?? player.startStep) > ban.step && nowMs < ban.untilMs)
        broken('I5', `${player.name} computes ${ban.untilMs - nowMs} ms before the ban ends`);
      if (isByToggle && !isHandedOn) {
        const recent = (byToggle.get(user) ?? []).filter((atMs) => atMs > scheduler.nowMs - MINUTE_MS);
        byToggle.set(user, [...recent, scheduler.nowMs]);
        if (isExact && recent.length >= BY_TOGGLE_IN_A_MINUTE)
          broken('I5', `${player.name} computes for the ${recent.length + 1}th toggle of a minute`);
      }
      count(tally, isPartial ? 'partial computation' : 'computation');
      const computation: Computation = { id: computations.length, user, state: 'running', isPartial };
      computations.push(computation);
      return computation;
    },

    /** The player is through. What its failure taught it, everybody knows from now on, unless storage failed. */
    end({ failure }: Player) {
      if (!failure?.isRemembered) return;
      const { cause, banSeconds, atMs, user } = failure;
      const { step } = scheduler;
      if (banSeconds !== undefined) {
        ban = { untilMs: Math.max(ban?.untilMs ?? 0, atMs + banSeconds * 1000), step };
      }
      const pauseMs = PAUSES[cause as ErrorCode];
      if (pauseMs && (forgottenAt.get(user) ?? -1) < failure.step)
        pauses.set(user, { untilMs: atMs + pauseMs, step });
    },

    /** A probe has succeeded: the ban is over, whatever was said of it. */
    endBan: () => {
      ban = undefined;
    },

    /** Lease and back-off were forgotten: the user connected or disconnected. */
    forget: (user: User) => forgottenAt.set(user, scheduler.step),

    /** Something happened that is a reason to compute once more. */
    grant: (user: User) => grants.set(user, (grants.get(user) ?? 0) + 1),

    /**
     * I1, counted: one computation, and one more for each that failed, each lease that was over or handed on, each list
     * that was stored (and has aged since), and each invalidation.
     */
    checkCount() {
      for (const user of USERS) {
        const all = computations.filter((computation) => computation.user === user);
        const failed = all.filter(({ state }) => state === 'failed').length;
        const allowed = 1 + failed + (grants.get(user) ?? 0);
        if (all.length > allowed) broken('I1', `${all.length} computations for ${user}, ${allowed} allowed`);
      }
    },
  };
}
