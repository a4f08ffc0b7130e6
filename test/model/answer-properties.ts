import type { Answer } from '../../shared/cache/answer.ts';
import type { Windows } from '../../shared/cache/entry.ts';
import { AppError } from '../../shared/errors.ts';
import { TABLES } from '../support/dynalite.ts';
import type { FakeDynamo } from '../support/fake-dynamo.ts';
import type { Player } from './cast.ts';
import { count, type History } from './history.ts';
import type { User } from './plan.ts';
import { artistId, origin } from './platform.ts';
import { freshnessOf, readEntry } from './store-properties.ts';

const selectionKey = (user: User) => ({ pk: `user:${user}`, sk: 'selection' });

/** A request for a page that came to its end. */
export interface Asked {
  player: Player;
  user: User;
  page: number;
  limit: number;
  /** The list that stood there when the request began. */
  generationAtStart: unknown;
}

interface AnswerDeps {
  fake: FakeDynamo;
  history: History;
  windows: Windows;
  /** How many artists every list has. */
  listLength: number;
  /** Users for whom a computation learned that the consent is revoked or that there is no connection. */
  withoutConsent: ReadonlySet<User>;
  /** Whether the user was told to wait, or everybody. */
  wasLimited: (user: User) => boolean;
}

/** What must hold of every answer. `nowMs` is what the answering instance's clock shows. */
export function answerProperties({
  fake,
  history,
  windows,
  listLength,
  withoutConsent,
  wasLimited,
}: AnswerDeps) {
  const { broken, tally } = history;

  function answered(asked: Asked, { copy, cached, cacheStatus }: Answer, nowMs: number) {
    const { player, user } = asked;
    const ageMs = nowMs - copy.timestampMs;
    count(tally, cacheStatus === 'fresh' ? (cached ? 'hit' : 'miss') : cacheStatus);
    rightPage(asked, copy);
    saysWhatItLacks(asked, copy, cacheStatus);
    nothingOutdated(asked, copy);
    // I3: nothing is handed out at 6 h, by the clock of the instance that hands it out; nothing is called fresh at 3 h, by that
    // clock at its last look.
    if (cached && ageMs >= windows.keepMs) broken('I3', `served a copy that is ${ageMs} ms old`);
    const ageAtLookMs = (player.lookedAtMs as number) - copy.timestampMs;
    if (cached && cacheStatus === 'fresh' && ageAtLookMs >= windows.freshMs)
      broken('I3', `called a copy fresh that is ${ageAtLookMs} ms old`);
    // I2: what the store refused was invalidated meanwhile, and is not handed out as the newest.
    // (An instance that lost the answer of the store cannot know.)
    if (!cached && player.wasRefused && player.faults === 0)
      broken('I2', `${player.name} answered with a list that was refused`);
    // I4: only a revoked or missing consent is called so.
    if (cacheStatus === 'fallback_revoked' && !withoutConsent.has(user))
      broken('I4', 'called a consent revoked that is not');
    // I11: a fresh list is answered from one GetItem (and one for each part), without anything else.
    const isFreshHit = player.foundFreshAtOnce === copy.timestampMs && player.faults === 0;
    const others = player.commands.slice(1).filter((name) => name !== 'get-part');
    if (isFreshHit && cacheStatus === 'fresh' && others.length > 0)
      broken('I11', `a fresh hit sent ${player.commands.join(', ')}`);
  }

  /** I6: a list that lacks a part is never called fresh. */
  function saysWhatItLacks({ player }: Asked, { artists }: Answer['copy'], cacheStatus: string) {
    const isPartial = artists.some((artist) => history.computations[origin(artist).computation]?.isPartial);
    if (!isPartial) return;
    count(tally, 'partial list');
    if (cacheStatus === 'fresh') broken('I6', `${player.name} was given a list as fresh that lacks a part`);
  }

  /** I7: every artist is the user's. I8: an odd or failed read never looks like a short list. */
  function rightPage({ user, page, limit }: Asked, { artists, total }: Answer['copy']) {
    const expected = Array.from({ length: listLength }, (_, i) => artistId(user, i)).slice(
      page * limit,
      (page + 1) * limit,
    );
    const ids = artists.map(({ id }) => id);
    if (ids.some((id) => !id.startsWith(user))) broken('I7', `${user} was given ${ids.join(', ')}`);
    if (total !== listLength || ids.join() !== expected.join())
      broken('I8', `page ${page} of ${user} is ${ids.join(', ')} of ${total}`);
    if (new Set(artists.map(({ name }) => name)).size > 1) broken('I6', 'a page mixes two computations');
  }

  /**
   * I2: a request that began after an invalidation was answered never sees what was before it: no selection that was
   * surely overtaken, no list of an account that was surely replaced or disconnected. I6: and only whole lists.
   */
  function nothingOutdated({ player, user }: Asked, { artists }: Answer['copy']) {
    for (const [i, artist] of artists.entries()) {
      const number = Number(artist.id.slice(user.length));
      if (!history.mayBeSelected(user, number, artist.selected, player.startStep))
        broken('I2', `${player.name} saw artist ${number} selected: ${artist.selected}`);
      const isSettled = history.isSelectionSettled(user, number, player.startStep);
      if (isSettled && artist.selected !== isSelected(user, artist.id))
        broken(
          'I2',
          `${player.name} saw artist ${number} selected: ${artist.selected}, after two toggles at once`,
        );
      if (i > 0) continue;
      const { computation, account } = origin(artist);
      if (!history.mayBeOfAccount(user, account, player.startStep))
        broken('I2', `${player.name} saw a list of ${account}, which is not connected any more`);
      if (history.computations[computation]?.state !== 'complete')
        broken('I6', `${player.name} was given a computation that was not complete`);
    }
  }

  /** As it is stored. */
  function isSelected(user: User, id: string): boolean {
    const item = fake.peek(TABLES.account, selectionKey(user));
    return (item?.selected as Set<string> | undefined)?.has(id) ?? false;
  }

  function refused({ player, user, generationAtStart }: Asked, error: unknown, nowMs: number) {
    if (!(error instanceof AppError) || error.code === 'INTERNAL')
      broken('I8', `${player.name} met a defect: ${(error as Error).stack}`);
    const { code } = error as AppError;
    count(tally, `error ${code}`);
    const entry = readEntry(fake, user);
    const isUsable = freshnessOf(entry, nowMs, windows) !== 'expired';
    // A copy that could be used all along is what the request should have got.
    if (player.faults === 0 && isUsable && entry?.generation === generationAtStart)
      broken('I3', `${player.name} was refused with ${code} though there is a usable copy`);
    // I5b: what is banned for one list, and what another user met, keeps no user from getting the rest.
    if (code === 'SPOTIFY_RATE_LIMITED' && !wasLimited(user))
      broken('I5b', `${player.name} was refused for a limit that is not its own`);
    if (code === 'SPOTIFY_TOKEN_REVOKED' && !withoutConsent.has(user))
      broken('I4', 'called a consent revoked that is not');
  }

  return { answered, refused };
}
