import { randomBytes } from 'node:crypto';

/** A name that nothing had before: of a state of the truth, or of a list. */
export const newFence = (): string => randomBytes(9).toString('base64url');

/** The fence of an entry that is not there. No entry has it. */
export const NO_FENCE = 'none';

/**
 * Whether what is computed from `seen` may be stored where `now` stands. An absent entry refuses nothing: it was never
 * invalidated, or so long ago that no computation from before is left.
 */
export const isSameTruth = (seen: string, now: string): boolean => now === NO_FENCE || now === seen;

/** The revision of a selection that was never made: the entry and the selection both begin with it. */
export const NEVER_SELECTED = 'none';
