import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { decodeChunk } from '../../shared/cache/artist-codec.ts';
import { canStillBeStored, freshness, NO_FENCE, type Windows } from '../../shared/cache/entry.ts';
import { computationKey, cooldownKey, entryKey } from '../../shared/cache/keys.ts';
import { connectionKey } from '../../shared/platforms/connection.ts';
import { TABLES } from '../support/dynalite.ts';
import type { FakeCommand, FakeDynamo } from '../support/fake-dynamo.ts';
import type { Player } from './cast.ts';
import type { ComputationProperties } from './computation-properties.ts';
import type { consentProperties } from './consent-properties.ts';
import { count, type History } from './history.ts';
import { USERS, type User } from './plan.ts';
import { origin } from './platform.ts';
import type { Scheduler } from './scheduler.ts';
import type { Watch } from './store-client.ts';

type Item = Readonly<Record<string, unknown>>;

export const readEntry = (fake: FakeDynamo, user: User): Item | undefined =>
  fake.peek(TABLES.cache, entryKey(user));

const readConnection = (fake: FakeDynamo, user: User): Item | undefined =>
  fake.peek(TABLES.account, connectionKey(user));

export const hasList = (entry: Item | undefined): entry is Item => entry?.generation !== undefined;

export const freshnessOf = (entry: Item | undefined, nowMs: number, windows: Windows) =>
  hasList(entry)
    ? freshness({ timestampMs: entry.timestamp as number, isStale: entry.isStale as boolean }, nowMs, windows)
    : 'expired';

interface PropertyDeps {
  fake: FakeDynamo;
  scheduler: Scheduler;
  history: History;
  windows: Windows;
  connectionChanged: ReturnType<typeof consentProperties>;
  computations: Pick<ComputationProperties, 'forget' | 'grant' | 'endBan'>;
}

/** What must hold of every single command that takes effect in the store. */
export function storeProperties(deps: PropertyDeps) {
  const { fake, scheduler, history, windows, computations, connectionChanged } = deps;
  const { broken, tally } = history;

  const watch: Watch<Player> = (player, command, sentAtMs) => {
    const { user, of } = subjectOf(command);
    const before = user && readEntry(fake, user);
    note(player, command, of, sentAtMs, before);
    const isTaking = of === 'computation' && takesLease(command);
    const held = isTaking && user ? fake.peek(TABLES.cache, computationKey(user)) : undefined;
    const connection = user && of === 'connection' ? readConnection(fake, user) : undefined;
    return ({ ok }) => {
      if (ok && of === 'cooldown' && endsBan(command)) computations.endBan();
      if (!user || command instanceof GetCommand || command instanceof QueryCommand) return;
      if (!ok) {
        if (of === 'entry' && command instanceof PutCommand)
          player.wasRefused = readEntry(fake, user)?.generation !== (command.input.Item as Item).generation;
        if (of === 'computation' && player.failure) player.failure.isRemembered = false;
        return;
      }
      if (of === 'entry' && command instanceof PutCommand) player.wasRefused = false;
      if (of === 'computation' && causeOf(command) === 'COMPUTING')
        broken('I5', `${player.name} keeps others from computing though nothing failed`);
      if (isTaking) leaseTaken(player, command as UpdateCommand, user, { before, held });
      if (of === 'computation' && command instanceof DeleteCommand) computations.forget(user);
      if (of === 'entry') entryChanged(player, command, user, before);
      if (of === 'connection') connectionChanged(player, connection, readConnection(fake, user));
      if (of === 'connection' || of === 'entry') nothingOfTheDisconnected(user);
    };
  };

  function note(player: Player, command: FakeCommand, of: string, sentAtMs: number, entry: Item | undefined) {
    const isGet = command instanceof GetCommand;
    if (isGet && of === 'entry') {
      player.lookedAtMs = sentAtMs;
      const isFirst = player.commands.length === 0 && player.faults === 0;
      if (isFirst && entry && freshnessOf(entry, sentAtMs, windows) === 'fresh')
        player.foundFreshAtOnce = entry.timestamp as number;
    }
    if (isGet && of === 'cooldown') player.cooldownLookStep = scheduler.step;
    player.commands.push(isGet ? `get-${of}` : command.constructor.name);
  }

  /**
   * I1: a lease is only taken when none holds it, or the holder's time is over by the taker's clock, or the list was
   * invalidated since the holder looked. I5: and never during a back-off.
   */
  function leaseTaken(
    player: Player,
    { input }: UpdateCommand,
    user: User,
    { before, held }: { before: Item | undefined; held: Item | undefined },
  ) {
    const values = input.ExpressionAttributeValues as Record<string, unknown>;
    const isHandedOn = values[':next'] !== undefined;
    const nowMs = isHandedOn ? scheduler.nowMs + player.skewMs : (values[':now'] as number);
    const isAlive = held?.leaseToken !== undefined && (held.leaseUntil as number) > nowMs;
    const entryFence = (before?.fence as string | undefined) ?? NO_FENCE;
    if (!isHandedOn && isAlive && canStillBeStored(held.leaseFence as string, entryFence))
      broken('I1', `${player.name} takes the lease of a living holder whose list can still be stored`);
    const isOver = !isHandedOn && held?.leaseToken !== undefined && !isAlive;
    if (isOver) count(tally, 'take-over');
    if (isHandedOn) count(tally, 'handed on');
    if (!isHandedOn && isAlive) count(tally, 'taken from a doomed holder');
    if (isOver || isHandedOn) computations.grant(user);
    if (!isHandedOn && (held?.retryAt as number) > nowMs)
      broken('I5', `${player.name} takes the lease during a back-off`);
    player.taken = {
      user,
      fence: (values[':fence'] ?? held?.leaseFence) as string,
      entryFence,
      wasFresh: freshnessOf(before, nowMs, windows) === 'fresh',
      isByToggle:
        hasList(before) &&
        before.isStale === true &&
        freshnessOf({ ...before, isStale: false }, nowMs, windows) === 'fresh',
      isHandedOn,
      step: scheduler.step,
    };
  }

  function entryChanged(player: Player, command: FakeCommand, user: User, before: Item | undefined) {
    const after = readEntry(fake, user);
    if (after?.fence !== before?.fence) computations.grant(user);
    if (after && after.generation === before?.generation) {
      // I3: nothing but a new computation ever moves the age of a list.
      if (hasList(after) && after.timestamp !== before?.timestamp)
        broken('I3', `${player.name} moved the age of a list`);
      // Only the fence of a toggle lets the item live longer; the list is not served for longer.
      if (hasList(after) && after.expiresAt !== before?.expiresAt && player.kind !== 'toggle')
        broken('I3', `${player.name} moved the expiry of a list`);
      return;
    }
    if (command instanceof PutCommand && hasList(after)) return listStored(player, command, user);
    // I8: a player that only reads, or fails to compute, leaves every list alone.
    if (!hasList(before)) return;
    if (player.kind === 'request' || player.kind === 'refresh') broken('I8', `${player.name} removed a list`);
    // I2, I8: the sweep only removes what is over, also when it was computed anew since the sweep looked.
    if (
      player.kind === 'sweep' &&
      freshnessOf(before, scheduler.nowMs + player.skewMs, windows) !== 'expired'
    )
      broken('I8', 'the sweep removed a list that could still be used');
    count(tally, `list removed by ${player.kind}`);
  }

  /** I6: only what was computed to the end is stored. I7: and only under its own user. */
  function listStored(player: Player, { input }: PutCommand, user: User) {
    count(tally, 'list stored');
    const [chunk] = (input.Item as Item).all_artists as Uint8Array[];
    const [artist] = decodeChunk(chunk as Uint8Array);
    const { computation } = origin(artist as NonNullable<typeof artist>);
    const source = history.computations[computation];
    if (source?.state !== 'complete')
      broken('I6', `${player.name} stored a computation that was not complete`);
    if (source?.user !== user) broken('I7', `${player.name} stored a list of another user`);
  }

  /** I12: once a disconnection was answered there is neither list nor connection, until the next connection. */
  function nothingOfTheDisconnected(user: User) {
    if (!history.isDisconnected(user)) return;
    if (hasList(readEntry(fake, user))) broken('I12', 'there is a list after the disconnection');
    if (readConnection(fake, user)?.connectionId !== undefined)
      broken('I12', 'there is a connection after the disconnection');
  }

  return { watch, nothingOfTheDisconnected };
}

type Subject = 'entry' | 'computation' | 'part' | 'cooldown' | 'connection' | 'other';

const SUBJECTS = new Map<string, { user: User | undefined; of: Subject }>([
  [cooldownKey.pk, { user: undefined, of: 'cooldown' }],
  ...USERS.flatMap((user) => [
    [entryKey(user).pk, { user, of: 'entry' }] as const,
    [computationKey(user).pk, { user, of: 'computation' }] as const,
  ]),
]);
const CONNECTION_KEY = connectionKey('').sk;

function subjectOf(command: FakeCommand): { user: User | undefined; of: Subject } {
  const input = command.input as { Key?: Item; Item?: Item };
  const { pk, sk } = (input.Key ?? input.Item ?? {}) as { pk?: string; sk?: string };
  const known = SUBJECTS.get(pk ?? '');
  if (known) return known;
  if (pk?.startsWith('part:')) return { user: undefined, of: 'part' };
  const user = sk === CONNECTION_KEY ? USERS.find((name) => connectionKey(name).pk === pk) : undefined;
  return { user, of: user ? 'connection' : 'other' };
}

/** Of a failure that is written for others to know. */
const causeOf = (command: FakeCommand): unknown =>
  command instanceof UpdateCommand ? command.input.ExpressionAttributeValues?.[':cause'] : undefined;

const takesLease = (command: FakeCommand) =>
  command instanceof UpdateCommand && /^SET leaseToken = /.test(command.input.UpdateExpression ?? '');

const endsBan = (command: FakeCommand) =>
  command instanceof UpdateCommand && /#opened = |REMOVE #until/.test(command.input.UpdateExpression ?? '');
