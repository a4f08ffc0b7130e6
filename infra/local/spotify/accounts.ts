import type { Clock } from '../../../shared/clock.ts';
import type { Catalogues } from './catalogue.ts';
import type { Journal } from './journal.ts';
import { type OddEntry, withOddPlays } from './oddities.ts';
import { type AccountSettings, type NewPlays, settingsAtFirst } from './settings.ts';

const CALL_KINDS = ['token', 'top', 'following', 'recent', 'tracks', 'me'] as const;
export type CallKind = (typeof CALL_KINDS)[number];

export interface Play {
  artistId: string;
  playedAtMs: number;
  /** What it is instead of a track of that artist. */
  odd?: OddEntry;
}

/** One Spotify account as the stand-in sees it. Everything about it is changed in this file only. */
export interface Account {
  readonly name: string;
  readonly settings: Readonly<AccountSettings>;
  readonly calls: Readonly<Record<CallKind, number>>;
  /** Grows with each revocation or expiry by mode: a refresh token of an older generation dies with the mode. */
  readonly generation: number;
  /** List calls since `fail_page` was set last. */
  readonly listCalls: number;
  /** The page that the call named by `fail_page` asked for: it stays broken, so that a retry fails as well. */
  readonly brokenPage: string | null;
  /** Plays added through the control, the latest first. */
  readonly addedPlays: readonly Play[];
}

/** What the control answers: the settings and the calls since the last reset. */
export interface AccountReport extends AccountSettings {
  account: string;
  calls: Record<CallKind, number>;
  total: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Spotify keeps the last 50 plays and no more. */
export const MAX_PLAYS = 50;
const MINUTES_BETWEEN_STARTING_PLAYS = 37;
/** Modes that end every consent given before they were set. */
const ENDS_CONSENT: ReadonlySet<AccountSettings['mode']> = new Set(['revoked', 'expired']);

/** What outlives the stand-in of an account; calls are counted anew. */
type KeptAccount = Omit<Account, 'name' | 'calls'>;

const ACCOUNT = 'account ';
const BEGAN = 'plays-began';

interface AccountsOptions {
  clock: Clock;
  catalogues: Catalogues;
  journal: Journal;
}

/** The accounts that exist: all of them, with the default settings until told otherwise. */
export function createAccounts({ clock, catalogues, journal }: AccountsOptions) {
  const accounts = new Map<string, Mutable<Account>>();
  const beganAtMs = beginning();
  for (const [name, kept] of journal.kept<KeptAccount>(ACCOUNT)) accounts.set(name, accountOf(name, kept));

  /** The plays that every account has at first are as old after a restart as they were before. */
  function beginning(): number {
    const [known] = journal.kept<number>(BEGAN);
    if (known) return known[1];
    journal.put(BEGAN, clock.nowMs());
    return clock.nowMs();
  }

  function open(name: string): Mutable<Account> {
    const known = accounts.get(name);
    if (known) return known;
    const account = accountOf(name, { generation: 0 });
    accounts.set(name, account);
    keep(account);
    return account;
  }

  function keep({ name, calls: _counted, ...rest }: Account): void {
    journal.put(ACCOUNT + name, rest satisfies KeptAccount);
  }

  return {
    open: (name: string): Account => open(name),

    names: (): string[] => [...accounts.keys()],

    set(name: string, settings: Partial<AccountSettings>): AccountReport {
      const account = open(name);
      account.settings = { ...account.settings, ...settings };
      if (settings.mode && ENDS_CONSENT.has(settings.mode)) account.generation += 1;
      if ('fail_page' in settings) Object.assign(account, { listCalls: 0, brokenPage: null });
      keep(account);
      return report(account);
    },

    get: (name: string): AccountReport => report(open(name)),

    /** Counters, settings and added plays go back to the start; the generation stays, as do tokens. */
    reset(): void {
      for (const account of accounts.values()) keep(Object.assign(account, untouched(account.name)));
    },

    count(name: string, kind: CallKind): void {
      const account = open(name);
      account.calls = { ...account.calls, [kind]: account.calls[kind] + 1 };
    },

    /** Counts a call of a list. True for the one that `fail_page` names, and for each later one of the same page. */
    failsThisPage(name: string, page: string): boolean {
      const account = open(name);
      account.listCalls += 1;
      if (account.listCalls === account.settings.fail_page) account.brokenPage = page;
      return account.brokenPage === page;
    },

    /** Adds plays that end now; no two plays of an account share a millisecond, so that a cursor loses none. */
    addPlays(name: string, { count, artist_id }: NewPlays): Play[] {
      const account = open(name);
      const { playedIds } = catalogues.of(name, account.settings);
      const lastMs = account.addedPlays[0]?.playedAtMs ?? Number.NEGATIVE_INFINITY;
      const firstMs = Math.max(clock.nowMs() - count + 1, lastMs + 1);
      const added = Array.from({ length: count }, (_, index) => {
        const artistId = artist_id ?? playedIds[(account.addedPlays.length + index) % playedIds.length];
        return artistId === undefined ? [] : [{ artistId, playedAtMs: firstMs + index }];
      }).flat();
      account.addedPlays = [...added.toReversed(), ...account.addedPlays].slice(0, MAX_PLAYS);
      keep(account);
      return added;
    },

    /** The last 50 plays, the latest first. */
    plays(name: string): Play[] {
      const account = open(name);
      const { playedIds } = catalogues.of(name, account.settings);
      const ordinary = playedIds.map((artistId, index) => ({
        artistId,
        playedAtMs: beganAtMs - (index + 1) * MINUTES_BETWEEN_STARTING_PLAYS * 60_000,
      }));
      const starting = account.settings.oddities ? withOddPlays(ordinary) : ordinary;
      return [...account.addedPlays, ...starting].slice(0, MAX_PLAYS);
    },
  };
}

export type Accounts = ReturnType<typeof createAccounts>;

/** Settings that came after the account was kept are as at first. */
function accountOf(name: string, kept: Partial<KeptAccount> & Pick<KeptAccount, 'generation'>): Account {
  const atFirst = untouched(name);
  return { name, ...atFirst, ...kept, settings: { ...atFirst.settings, ...kept.settings } };
}

function untouched(name: string) {
  return {
    settings: settingsAtFirst(name),
    calls: { token: 0, top: 0, following: 0, recent: 0, tracks: 0, me: 0 },
    listCalls: 0,
    brokenPage: null,
    addedPlays: [],
  };
}

function report({ name, settings, calls }: Account): AccountReport {
  const total = CALL_KINDS.reduce((sum, kind) => sum + calls[kind], 0);
  return { account: name, ...settings, calls: { ...calls }, total };
}
