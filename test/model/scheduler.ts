import type { Clock } from '../../shared/clock.ts';

/** One that does something in a schedule: a request on its instance, a toggle, a sweep … */
export interface Actor {
  readonly name: string;
  /** How far the clock of its machine is off. */
  readonly skewMs: number;
  /** Nothing of a dead actor happens any more. */
  dead: boolean;
  /** What it waits for is there in time: no clock runs on past what it could do. */
  isHurried?: boolean;
}

interface Step {
  actor: Actor;
  run(): void;
}
interface Sleeper extends Step {
  wakeAtMs: number;
}

/** Above this a choice lets time pass to the next sleeper though others could go on: they are slow. */
const LET_TIME_PASS = 225;
/** What a step takes, so that no two things happen at one instant. */
const STEP_MS = 2;
/** No plan needs nearly as many: a schedule that does not end is a defect. */
const MAX_STEPS = 20_000;

export type Scheduler = ReturnType<typeof createScheduler>;

/**
 * Decides what happens next, at every await of every actor, from a list of choices: the same choices give the same
 * schedule. When they run out each decision is the plainest there is. True time advances with the steps alone.
 */
export function createScheduler(
  { choices, steadiness }: { choices: ArrayLike<number>; steadiness: number },
  startMs: number,
) {
  let used = 0;
  let isCalm = true;
  let last: Actor | undefined;
  let nowMs = startMs;
  let step = 0;
  let ready: Step[] = [];
  let sleepers: Sleeper[] = [];

  /** A number from 0 to 255; 0, the plainest, once the choices have run out. */
  const choose = (): number => (isCalm ? 0 : (choices[used++] ?? 0));

  function takeNext(): Step | undefined {
    const isDead = ({ actor }: Step) => actor.dead;
    if (ready.some(isDead)) ready = ready.filter((waiting) => !isDead(waiting));
    if (sleepers.some(isDead)) sleepers = sleepers.filter((sleeper) => !isDead(sleeper));
    const choice = choose();
    const mayTimePass = sleepers.length > 0 && !ready.some(({ actor }) => actor.isHurried);
    if (ready.length > 0 && (choice < LET_TIME_PASS || !mayTimePass)) {
      const ofLast = choice < steadiness ? ready.findIndex(({ actor }) => actor === last) : -1;
      const [next] = ready.splice(ofLast >= 0 ? ofLast : choice % ready.length, 1);
      last = next?.actor;
      return next;
    }
    const wakeAtMs = Math.min(...sleepers.map((sleeper) => sleeper.wakeAtMs));
    const at = sleepers.findIndex((sleeper) => sleeper.wakeAtMs === wakeAtMs);
    nowMs = Math.max(nowMs, at < 0 ? 0 : wakeAtMs);
    return sleepers.splice(at, 1)[0];
  }

  return {
    choose,
    /** From here on the choices decide; until then everything takes its plainest way. */
    excite() {
      isCalm = false;
    },
    /** From here on everything takes its plainest way again. */
    calmDown() {
      isCalm = true;
    },
    /** Counts what has happened: the order of everything. */
    get step() {
      return step;
    },
    get nowMs() {
      return nowMs;
    },
    letPass(ms: number) {
      nowMs += ms;
    },
    /** Something that happens at a time of the scheduler's choosing. */
    enqueue(actor: Actor, run: () => void) {
      ready.push({ actor, run });
    },
    isIdle: () => ready.length === 0 && sleepers.length === 0,

    clockOf: (actor: Actor): Clock => ({
      nowMs: () => nowMs + actor.skewMs,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          const sleeper = { actor, wakeAtMs: nowMs + Math.max(0, ms), run: resolve };
          sleepers.push(sleeper);
          const onAbort = () => {
            sleepers = sleepers.filter((other) => other !== sleeper);
            reject(signal?.reason);
          };
          signal?.addEventListener('abort', onAbort, { once: true });
        }),
    }),

    /** Lets things happen, one at a time, until nothing is left or `isOver`. */
    async drive(isOver: () => boolean = () => false) {
      for (;;) {
        // Everything that follows from the last step has happened when the microtasks are through.
        await new Promise((resolve) => setImmediate(resolve));
        if (isOver()) return;
        const next = takeNext();
        if (!next) return;
        step += 1;
        nowMs += STEP_MS;
        if (step > MAX_STEPS) throw new Error('the schedule does not end');
        next.run();
      }
    },
  };
}
