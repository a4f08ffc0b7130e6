import type { Lease } from '../../shared/cache/computation-store.ts';
import type { CacheEvent } from '../../shared/cache/events.ts';
import { AppError, PlatformRateLimited, StorageUnavailable } from '../../shared/errors.ts';
import { createFakeTables } from '../support/fake-tables.ts';
import { type Asked, answerProperties } from './answer-properties.ts';
import { kindOf, type Player } from './cast.ts';
import { computationProperties } from './computation-properties.ts';
import { consentProperties } from './consent-properties.ts';
import { type Computation, count, createHistory, type Tally } from './history.ts';
import { servedInTheEnd } from './in-the-end.ts';
import { type Action, inSteps, type Plan, type PlannedAction, USERS, type User } from './plan.ts';
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
const HANGS_FROM = 200;
/** Refusals count for half an hour at the least, on clocks that differ by ten minutes at the most. */
const STORM_MS = 20 * 60_000;
const INVOKE_TIMEOUT_MS = 4_000;
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
  const metQuota = new Set<User>();
  const running = new Set<Player>();
  let hasFaults = plan.faults;
  let whenSettled: (() => void) | undefined;
  let numbers = 0;

  const isExact = plan.actions.every(({ skewMs }) => skewMs === 0);
  const computations = computationProperties({ scheduler, history, isExact });
  const properties = storeProperties({
    fake,
    scheduler,
    history,
    windows: WINDOWS,
    computations,
    connectionChanged: consentProperties({ scheduler, history, platform, isSound: isExact && !plan.faults }),
  });
  const { nothingOfTheDisconnected } = properties;
  const { listLength } = shape;
  const answers = answerProperties({
    fake,
    history,
    windows: WINDOWS,
    listLength,
    withoutConsent,
    wasLimited: (user) => platform.hasLimitedAll || metQuota.has(user),
  });
  const players = createPlayers({
    windows: WINDOWS,
    shape,
    platform,
    clientOf: (player) => clientOf(player, { fake, scheduler, watch, onFault, hasFaults: () => hasFaults }),
    clockOf: scheduler.clockOf,
    turn,
    invoke,
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
    // As AWS does: with its reply the process is frozen, and it may never be thawed.
    if (player.kind !== 'other') player.dead = true;
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

  /** Lambda's Invoke hangs sometimes, until its client gives up; the message may be there all the same. */
  async function invoke(player: Player, lease: Lease): Promise<void> {
    const choice = await turn(player, () => (hasFaults ? scheduler.choose() : 0));
    if (choice < HANGS_FROM) return deliver(lease);
    count(tally, 'invoke hangs');
    if (choice % 2 === 0) deliver(lease);
    await scheduler.clockOf(player).sleep(INVOKE_TIMEOUT_MS);
    throw new StorageUnavailable('Lambda did not answer');
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
    const limit = error instanceof PlatformRateLimited ? error : undefined;
    if (limit?.reason === 'quota') metQuota.add(user);
    const banSeconds = limit?.reason === 'quota' ? undefined : limit?.retryAfterSeconds;
    player.failure = { cause, banSeconds, atMs, step: scheduler.step, user, isRemembered: true };
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
      case 'sync':
        count(tally, 'sync');
        return quietly(player, () => players.sync(player, action.user));
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
        if (platform.refreshesInFlight > 0) platform.hasJumpedAhead = true;
        scheduler.letPass(action.ms);
        return;
      case 'others are refused':
        if ((await quietly(player, () => players.othersAreRefused(player))) && player.faults === 0)
          platform.storm = { fromStep: scheduler.step, untilMs: scheduler.nowMs + STORM_MS };
        return;
      case 'toggles':
      case 'side by side':
      case 'storm':
        throw new Error('played step by step');
    }
  }

  async function direct(actions: readonly PlannedAction[]) {
    const director = cast('other');
    for (const { action, skewMs, settled: isSettled } of actions.flatMap(inSteps)) {
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
    const later: User[] = [];
    const look = async (user: User) => {
      if (!(await isServed(user))) later.push(user);
    };
    for (const user of USERS) launch(cast('other'), () => look(user));
    await drive();
    // What is known to outlast a request was handed on, who probed a ban has ended it, and a list is tried whole again.
    scheduler.letPass(HOUR_MS);
    for (const user of later) {
      // After a ban not all are let in at once.
      scheduler.letPass(SECOND_MS);
      launch(cast('other'), () => look(user));
      await drive();
    }
  }

  async function ask(user: User) {
    const player = cast('request');
    const answer = await players
      .request(player, user, 0, PATIENT_MS, () => undefined)
      .catch((error: AppError) => error);
    const asked = { player, user, page: 0, limit: shape.limit, generationAtStart: '' };
    if ('cacheStatus' in answer && answer.cacheStatus === 'fresh')
      answers.answered(asked, answer, scheduler.nowMs);
    return answer;
  }
  const isServed = servedInTheEnd({ fake, history, platform, plan, impatientMs: WITH_COPY_MS, ask });

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
