import type { Player } from './cast.ts';
import { count, type History } from './history.ts';
import type { Platform } from './platform.ts';
import type { Scheduler } from './scheduler.ts';

interface ConsentDeps {
  scheduler: Scheduler;
  history: History;
  platform: Platform;
  /** Nothing fails by itself, and all clocks show the same time. */
  isSound: boolean;
}

type Item = Readonly<Record<string, unknown>>;

const tokensOf = (connection: Item | undefined) => (connection?.refreshTokens as unknown[] | undefined) ?? [];

/** What must hold of every change of a connection. */
export function consentProperties({ scheduler, history, platform, isSound }: ConsentDeps) {
  const { broken, tally } = history;

  return function connectionChanged(player: Player, before: Item | undefined, after: Item | undefined) {
    if (!before || !after || before.connectionId !== after.connectionId) return;
    const isMarked = before.status === 'connected' && after.status === 'revoked';
    const isErased = tokensOf(before).length > 0 && tokensOf(after).length === 0;
    if (isMarked) count(tally, 'connection called revoked');
    if (isErased) count(tally, 'tokens erased');
    // I9: refreshes side by side, and a reply that comes late, never make a living consent look revoked.
    const isAlive = !platform.revoked.has(before.accountId as string);
    if (isMarked && isAlive && isSound && !platform.hasRefusedAll && !platform.hasJumpedAhead)
      broken('I9', `${player.name} calls a consent revoked that is alive`);
    // I4: what so many are told at once is an outage, and no reason to give tokens up.
    const { storm } = platform;
    if (isErased && storm && storm.fromStep < player.startStep && scheduler.nowMs < storm.untilMs)
      broken('I4', `${player.name} erases tokens on the word of an outage`);
  };
}
