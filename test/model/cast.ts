import type { Action, User } from './plan.ts';
import type { Actor } from './scheduler.ts';

/** The lease that an actor took, and what was true at that moment. */
interface Taken {
  user: User;
  /** The fence that it computes from. */
  fence: string;
  /** The fence of the entry when the lease was taken. */
  entryFence: string;
  /** By the taker's clock. */
  wasFresh: boolean;
  /** A toggle, not time, had made the list old. */
  isByToggle: boolean;
  /** Received from another instance: the same attempt goes on. */
  isHandedOn: boolean;
  step: number;
}

/** One that does something in a schedule, with what the properties must know of it. */
export interface Player extends Actor {
  readonly kind: 'request' | 'refresh' | 'toggle' | 'connect' | 'disconnect' | 'sync' | 'sweep' | 'other';
  readonly startStep: number;
  /** How many of its commands went wrong. */
  faults: number;
  /** What it sent that took effect: `get-entry`, `get-part`, or the name of any other command. */
  commands: string[];
  /** The timestamp of the fresh list that its first command found, fresh by its own clock. */
  foundFreshAtOnce?: number;
  /** When it last looked at the entry, by its own clock. */
  lookedAtMs?: number;
  /** The step of its last look at the cool-down. */
  cooldownLookStep?: number;
  taken?: Taken;
  /** The list that it computed was refused by the store. */
  wasRefused?: boolean;
  /** Its computation failed; `isRemembered` stays true while nothing kept it from telling the others. */
  failure?: {
    cause: string;
    /** Everybody is to wait so long. */
    banSeconds: number | undefined;
    atMs: number;
    step: number;
    user: User;
    isRemembered: boolean;
  };
}

const OF_NO_PLAYER: ReadonlySet<Action['kind']> = new Set([
  'revoke',
  'weather',
  'time passes',
  'toggles',
  'storm',
  'side by side',
  'others are refused',
]);

/** Who does what is planned. */
export const kindOf = ({ kind }: Action): Player['kind'] =>
  OF_NO_PLAYER.has(kind) ? 'other' : (kind as Player['kind']);
