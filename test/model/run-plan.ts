import type { Lease } from '../../shared/cache/computation-store.ts';
import type { CacheEvent } from '../../shared/cache/events.ts';
import { AppError } from '../../shared/errors.ts';
import { createConnectionStore } from '../../shared/platforms/connection-store.ts';
import { TABLES } from '../support/dynalite.ts';
import { createFakeTables } from '../support/fake-tables.ts';
import { type Asked, answerProperties } from './answer-properties.ts';
import type { Player } from './cast.ts';
import { computationProperties } from './computation-properties.ts';
import { type Computation, count, createHistory, type Tally } from './history.ts';
import { type Action, type Plan, type PlannedAction, USERS, type User } from './plan.ts';
import { createPlatform } from './platform.ts';
import { createPlayers, isTypedError, shapeOf } from './players.ts';
import { createScheduler } from './scheduler.ts';
import { clientOf, type Watch } from './store-client.ts';
import { hasList, readEntry, storeProperties } from './store-properties.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const WINDOWS = { freshMs: 3 * HOUR_MS, keepMs: 6 * HOUR_MS };
const START_MS = Date.parse('2026-11-22T12:00:00.000Z');
const PATIENT_MS = 22_000;
const IMPATIENT_MS = 14_000;
/** With a copy at hand a request waits this long. */
const WITH_COPY_MS = 4_000;
/** What the messages of the hand-off do: come once, or twice. */
const TWICE_FROM = 160;
const OUTCOMES = ['hit', 'miss', 'stale', 'fallback-revoked', 'error'];

/**
 * Plays a plan with the real code over the fake store, checking the invariants all along. Throws the first that was
 * broken. Adds what happened to `tally`, and tells the story, if anybody wants to hear it.
 */
export async function runPlan(plan: Plan, tally: Tally, tell?: (line: string) => void): Promise<void> {
  const fake = createFakeTables();
  const scheduler = createScheduler(plan, START_MS);
  const history = createHistory(tally);
  const platform = createPlatform();
  const shape = shapeOf(plan);
  const withoutConsent = new Set<User>();
  const running = new Set<Player>();
  let hasFaults = plan.faults;
  let whenSettled: (() => void) | undefined;
  let numbers = 0;

  const computations = computationProperties({ scheduler, history });
  const properties = storeProperties({
    fake,
    scheduler,
    history,
    windows: WINDOWS,
    computations,
  });
  const { nothingOfTheDisconnected } = properties;
  const { listLength } = shape;
  const answers = answerProperties({ fake, history, windows: WINDOWS, listLength, withoutConsent });
  const players = createPlayers({
    windows: WINDOWS,
    shape,
    platform,
    clientOf: (player) => clientOf(player, { fake, scheduler, watch, onFault, hasFaults: () => hasFaults }),
    clockOf: scheduler.clockOf,
    turn,
    deliver,
    beginComputation: computations.begin,
    failedComputation,
  });

  const watch: Watch<Player> = (player, command, sentAtMs) => {
    const after = properties.watch(player, command, sentAtMs);
    if (!tell) return after;
    return (outcome) => {
      const { Key, Item, ConditionExpression } = command.input as Record<string, unknown> & { Item?: object };
      const what = JSON.stringify(Key ?? { ...Item, all_artists: undefined });
      const when = `${scheduler.step}. ${scheduler.nowMs - START_MS} ms`;
      const how = outcome.ok ? '' : `refused: ${ConditionExpression}`;
      tell(`${when} ${player.name}: ${command.constructor.name} ${what} ${how}`);
      after(outcome);
    };
  };

  function cast(kind: Player['kind'], skewMs = 0): Player {
    numbers += 1;
    const player = { kind, skewMs, name: `${kind} ${numbers}`, dead: false, startStep: scheduler.step };
    return { ...player, faults: 0, commands: [] };
  }

  function onFault(player: Player, fault: string) {
    player.faults += 1;
    if (player.failure) player.failure.isRemembered = false;
    count(tally, `fault: ${fault}`);
    tell?.(`${scheduler.step}. ${player.name}: ${fault}`);
    // The scheduler looks at it only after this step: by then the player may be dead.
    if (fault.startsWith('dies')) leave(player);
  }

  function turn<T>(player: Player, act: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      scheduler.enqueue(player, () => {
        new Promise<T>((settle) => settle(act())).then(resolve, reject);
      });
    });
  }

  function leave(player: Player) {
    running.delete(player);
    if (running.size === 0) whenSettled?.();
  }

  function settled(): Promise<void> | undefined {
    if (running.size === 0) return undefined;
    return new Promise((resolve) => {
      whenSettled = resolve;
    });
  }

  /** Lets a player do its part; `work` must not reject. */
  function launch(player: Player, work: () => Promise<unknown>) {
    running.add(player);
    work().then(
      () => leave(player),
      (error) => {
        // What throws a violation has written it down; anything else is a defect of the test.
        if (history.violations.length === 0) history.violations.push(error);
      },
    );
  }

  function deliver(lease: Lease) {
    const times = scheduler.choose() < TWICE_FROM ? 1 : 2;
    for (let i = 0; i < times; i += 1) {
      const player = cast('refresh');
      launch(player, async () => {
        await turn(player, () => undefined);
        await quietly(player, () => players.refresh(player, lease));
        computations.end(player);
      });
    }
  }

  /** Runs what may fail for want of storage or of the platform, and for nothing else; says whether it did not. */
  async function quietly(player: Player, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!isTypedError(error))
        history.broken('I8', `${player.name} met a defect: ${(error as Error).stack}`);
      return false;
    }
  }

  function failedComputation(player: Player, { user }: Computation, error: unknown) {
    const cause = error instanceof AppError ? error.code : 'given up';
    if (cause === 'SPOTIFY_TOKEN_REVOKED' || cause === 'PLATFORM_NOT_CONNECTED') withoutConsent.add(user);
    const atMs = scheduler.nowMs + player.skewMs;
    player.failure = { cause, atMs, step: scheduler.step, user, isRemembered: true };
  }

  async function request(player: Player, user: User, page: number, timeoutMs: number) {
    const generationAtStart = readEntry(fake, user)?.generation;
    const asked: Asked = { player, user, page, limit: shape.limit, generationAtStart };
    const events: CacheEvent[] = [];
    const nowMs = () => scheduler.nowMs + player.skewMs;
    const outcome = await players
      .request(player, user, page, timeoutMs, (event) => events.push(event))
      .then(
        (answer) => () => answers.answered(asked, answer, nowMs()),
        (error: unknown) => () => answers.refused(asked, error, nowMs()),
      );
    computations.end(player);
    outcome();
    // I10: every request counts once.
    const counted = events.filter(({ name }) => OUTCOMES.includes(name));
    if (counted.length !== 1) history.broken('I10', `${player.name} counts ${counted.length} times`);
    count(tally, 'requests');
    count(tally, `counted as ${counted[0]?.name}`);
  }

  /** Something that is to hold from its answer on. Until then, and for ever if it gets none, it may or may not. */
  async function change(player: Player, interval: { end: number }, work: () => Promise<unknown>) {
    if (await quietly(player, work)) interval.end = scheduler.step;
  }

  async function play(player: Player, action: Action) {
    tell?.(`${scheduler.step}. ${player.name}: ${JSON.stringify(action)}`);
    const interval = { start: scheduler.step, end: Number.POSITIVE_INFINITY };
    switch (action.kind) {
      case 'request':
        return request(player, action.user, action.page, action.patient ? PATIENT_MS : IMPATIENT_MS);
      case 'toggle': {
        const { user, artist, selected } = action;
        const toggle = { ...interval, user, artist, selected };
        history.toggles.push(toggle);
        return change(player, toggle, () => players.toggle(player, user, artist, selected));
      }
      case 'connect': {
        const account = `account-${numbers}`;
        const consent = { ...interval, kind: action.kind, user: action.user, account };
        history.consents.push(consent);
        return change(player, consent, () => players.connect(player, action.user, account));
      }
      case 'disconnect': {
        const consent = { ...interval, kind: action.kind, user: action.user, account: undefined };
        history.consents.push(consent);
        await change(player, consent, () => players.disconnect(player, action.user));
        return nothingOfTheDisconnected(action.user);
      }
      case 'sweep':
        return quietly(player, () => players.sweep(player));
      case 'revoke':
        for (const { user, account } of history.consents)
          if (user === action.user && account) platform.revoked.add(account);
        return;
      case 'weather':
        platform.weather = action.weather;
        return;
      case 'time passes':
        scheduler.letPass(action.ms);
    }
  }

  const kindOf = ({ kind }: Action): Player['kind'] =>
    kind === 'revoke' || kind === 'weather' || kind === 'time passes' ? 'other' : kind;

  async function direct(actions: readonly PlannedAction[]) {
    const director = cast('other');
    for (const { action, skewMs, settled: isSettled } of actions) {
      if (isSettled) await settled();
      await turn(director, () => {
        const player = cast(kindOf(action), skewMs);
        launch(player, () => play(player, action));
      });
    }
  }

  async function drive() {
    await scheduler.drive(() => history.violations.length > 0);
    if (history.violations[0]) throw history.violations[0];
  }

  /** Whatever has happened: once all is quiet and well again, everybody is served right. */
  async function everybodyIsServed() {
    hasFaults = false;
    scheduler.calmDown();
    platform.weather = 'ok';
    scheduler.letPass(HOUR_MS);
    for (const user of USERS) launch(cast('other'), () => isServed(user));
    await drive();
    // What is known to outlast a request was handed on, and who probed a ban has ended it.
    for (const user of later) {
      // After a ban not all are let in at once.
      scheduler.letPass(SECOND_MS);
      launch(cast('other'), () => isServed(user));
      await drive();
    }
  }

  const later: User[] = [];
  /** Each user is asked to come again once for each reason. */
  const excused = new Set<string>();

  async function isServed(user: User) {
    const { accountId } =
      (await createConnectionStore({ db: fake.db, table: TABLES.account }).read(user)) ?? {};
    const player = cast('request');
    const events: CacheEvent[] = [];
    const answer = await players
      .request(player, user, 0, PATIENT_MS, (event) => events.push(event))
      .catch((e) => e);
    const expected = accountId === undefined || platform.revoked.has(accountId) ? 'not fresh' : 'fresh';
    const got = answer.cacheStatus === 'fresh' ? 'fresh' : 'not fresh';
    const isLong = ((readEntry(fake, user)?.computationMs as number | undefined) ?? 0) > WITH_COPY_MS;
    const isHandedOn = isLong && answer.warningCode === 'REFRESH_IN_PROGRESS';
    const isProbedByAnother = [answer.code, answer.warningCode].includes('SPOTIFY_RATE_LIMITED');
    const reason = isHandedOn ? 'handed on' : isProbedByAnother ? 'probed by another' : undefined;
    // One may follow the other: who was not let in at first may then find that the list takes long.
    if (got !== expected && reason !== undefined && !excused.has(`${user} ${reason}`)) {
      excused.add(`${user} ${reason}`);
      later.push(user);
      return;
    }
    if (got !== expected && !(expected === 'not fresh' && answer.cached))
      history.broken('in the end', `${user} is served ${answer.cacheStatus ?? answer}, not ${expected}`);
    if (got === 'fresh')
      answers.answered(
        { player, user, page: 0, limit: shape.limit, generationAtStart: '' },
        answer,
        scheduler.nowMs,
      );
  }

  for (const user of USERS) {
    const account = `account-of-${user}`;
    history.consents.push({ start: -2, end: -1, kind: 'connect', user, account });
    hasFaults = false;
    launch(cast('connect'), () => players.connect(cast('connect'), user, account));
  }
  await drive();
  if (plan.listAgeMs !== undefined) {
    for (const user of USERS) {
      const player = cast('request');
      launch(player, () => request(player, user, 0, PATIENT_MS));
    }
    await drive();
    scheduler.letPass(plan.listAgeMs);
  }
  scheduler.excite();
  hasFaults = plan.faults;
  await Promise.all([direct(plan.actions), drive()]);
  for (const user of USERS) {
    nothingOfTheDisconnected(user);
    if (history.isDisconnected(user) && hasList(readEntry(fake, user)))
      history.broken('I12', 'a list is left');
  }
  computations.checkCount();
  await everybodyIsServed();
}
