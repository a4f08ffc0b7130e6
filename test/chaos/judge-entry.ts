import type { Windows } from '../../shared/cache/entry.ts';
import type { Chronicle } from './chronicle.ts';

/** A user's entry; without a generation it holds no list. */
export interface EntryState {
  readonly fence: string;
  readonly generation?: string;
  readonly timestampMs: number;
  readonly isStale: boolean;
  readonly expiresAt: number;
  readonly userId?: string;
}

interface EntryChange {
  readonly user: string;
  readonly caller: string;
  readonly atMs: number;
  readonly before: EntryState | undefined;
  readonly now: EntryState | undefined;
  readonly mayForget: boolean;
  readonly chronicle: Chronicle;
  readonly windows: Windows;
}

/** Who deletes lists that are not too old. */
const FORGETS = /-(disconnect-platform|complete-connection|toggle-artist)$/;

export const holdsList = (entry: EntryState | undefined): entry is EntryState =>
  entry?.generation !== undefined;

export function isUsable(entry: EntryState | undefined, atMs: number, { keepMs }: Windows): boolean {
  return holdsList(entry) && atMs - entry.timestampMs < keepMs;
}

export function isFresh(entry: EntryState | undefined, atMs: number, { freshMs }: Windows): boolean {
  return holdsList(entry) && !entry.isStale && atMs - entry.timestampMs < freshMs;
}

/** What may become of an entry, whatever wrote, however often and however late. */
export function judgeEntryChange(change: EntryChange): void {
  const { user, caller, before, now, chronicle } = change;
  chronicle.tell(user, `entry: ${shown(before)} → ${shown(now)}, by ${caller}`);
  if (holdsList(now) && now.userId !== user)
    chronicle.violate('crossing', user, `stored as the entry of ${now.userId}`);
  if (holdsList(now) && now.generation !== before?.generation) judgeStored(change, now);
  else if (holdsList(before)) judgeKept(change, before);
}

function judgeStored({ user, atMs, before, windows, chronicle }: EntryChange, now: EntryState): void {
  chronicle.count('lists stored');
  if (!holdsList(before)) return;
  if (now.timestampMs < before.timestampMs)
    chronicle.violate('entryLost', user, 'an older list took the place of a newer one');
  if (isFresh(before, atMs, windows))
    chronicle.violate('computation', user, 'a list was stored over one that was fresh');
}

function judgeKept({ user, caller, atMs, now, mayForget, ...rest }: EntryChange, before: EntryState): void {
  const { chronicle, windows } = rest;
  if (!holdsList(now)) {
    const isTheirs = FORGETS.test(caller) && mayForget;
    if (isUsable(before, atMs, windows) && !isTheirs)
      chronicle.violate('entryLost', user, `a usable copy was deleted by ${caller}`);
    return;
  }
  // Only the fence of a toggle lets the item live longer; the list is not served for longer.
  const isProlonged = caller.endsWith('-toggle-artist') && now.expiresAt > before.expiresAt;
  if (now.timestampMs !== before.timestampMs || (now.expiresAt !== before.expiresAt && !isProlonged))
    chronicle.violate('tooOld', user, `${caller} moved the age of a list`);
  if (before.isStale && !now.isStale)
    chronicle.violate('selection', user, `${caller} made an outdated list fresh`);
}

function shown(entry: EntryState | undefined): string {
  if (!entry) return 'none';
  const { fence, generation = 'no list', isStale } = entry;
  return `${generation}${isStale ? ' stale' : ''} (fence ${fence})`;
}
