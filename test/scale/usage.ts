import type { Charge } from './meter.ts';
import { createRate, type Rate } from './rates.ts';

/** Kinds of partition keys: a user's own are many and even, the others are everybody's. */
const KINDS = Object.entries({
  'cooldown:spotify:': 'tickets',
  cooldown: 'bans',
  user_artists: 'lists',
  computation: 'leases',
  user: 'accounts',
});
const kindOf = (key: string) => KINDS.find(([prefix]) => key.startsWith(prefix))?.[1] ?? 'other';

export interface KeyUsage {
  read: number;
  write: number;
}

/** What the busiest partition key of a kind costs in a second, and in a minute a second. */
export interface HottestKey {
  second: KeyUsage;
  minute: KeyUsage;
}

export interface StorageUsage {
  /** Units of both tables and of the index, a second. */
  read: Rate;
  write: Rate;
  /** By kind of key; the index of expiry hours is one of them. */
  hottest: Record<string, HottestKey>;
  calls: number;
}

export type StorageMeter = ReturnType<typeof createStorageUsage>;

/** Adds up what commands cost: in all, and by the busiest partition key of each kind. */
export function createStorageUsage() {
  const read = createRate();
  const write = createRate();
  const windows = { second: createHottest(1_000), minute: createHottest(60_000) };
  let calls = 0;

  function add(nowMs: number, kind: string, key: string, used: KeyUsage): void {
    if (used.read === 0 && used.write === 0) return;
    if (used.read) read.add(nowMs, used.read);
    if (used.write) write.add(nowMs, used.write);
    windows.second.add(nowMs, kind, key, used);
    windows.minute.add(nowMs, kind, key, used);
  }

  return {
    charge(nowMs: number, { table, key, read: reads, write: writes, index }: Charge): void {
      calls += 1;
      add(nowMs, kindOf(key), `${table} ${key}`, { read: reads, write: writes });
      const share = 1 / Math.max(1, index.keys.length);
      for (const partition of index.keys)
        add(nowMs, 'index', partition, { read: index.read * share, write: index.write * share });
    },
    report(): StorageUsage {
      const [second, minute] = [windows.second.report(1), windows.minute.report(60)];
      const hottest = Object.fromEntries(
        Object.keys(minute).map((kind) => [
          kind,
          { second: second[kind] as KeyUsage, minute: minute[kind] as KeyUsage },
        ]),
      );
      return { read: read.report(), write: write.report(), hottest, calls };
    },
  };
}

/** Remembers the busiest key of each kind in any window of that length. */
function createHottest(windowMs: number) {
  const most: Record<string, KeyUsage> = {};
  let current = new Map<string, { kind: string } & KeyUsage>();
  let window = Number.NaN;

  function close(): void {
    for (const { kind, read, write } of current.values()) {
      const top = most[kind] ?? { read: 0, write: 0 };
      most[kind] = { read: Math.max(top.read, read), write: Math.max(top.write, write) };
    }
    current = new Map();
  }

  return {
    add(nowMs: number, kind: string, key: string, { read, write }: KeyUsage): void {
      const now = Math.floor(nowMs / windowMs);
      if (now !== window) close();
      window = now;
      const used = current.get(key);
      if (!used) current.set(key, { kind, read, write });
      else {
        used.read += read;
        used.write += write;
      }
    },
    /** A second, on the average of the window. */
    report(seconds: number): Record<string, KeyUsage> {
      close();
      return Object.fromEntries(
        Object.entries(most).map(([kind, { read, write }]) => [
          kind,
          { read: read / seconds, write: write / seconds },
        ]),
      );
    },
  };
}
