import { createRandom } from '../support/random.ts';

/** Middle and quartiles of repeated measurements: half of them lie between `low` and `high`. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export interface Timed {
  /** Microseconds of this process's CPU a call. */
  cpuUs: number;
  /** CPU as a multiple of the floor's in the same round. */
  cpu: Spread;
  /** Latencies as multiples of the floor's. */
  p50: number;
  p99: number;
}

const ORDER_SEED = 20_261_122;

interface Samples {
  cpuUs: number[];
  latenciesMs: number[];
}

interface Plan {
  /** Calls of each candidate before anything is measured. */
  warmUp: number;
  rounds: number;
  /** Calls of one candidate before it is the next one's turn. */
  block: number;
  onRound: (done: number, rounds: number) => void;
}

/**
 * Calls each in turn, a block of calls each and round after round, in an order that is drawn anew for each round: so
 * none always runs behind the garbage of the same one. What the machine does beside weighs on all of a round alike, and only
 * their ratios to the first candidate, the floor, are kept.
 */
export async function timeInTurn(
  candidates: ReadonlyMap<string, () => Promise<unknown>>,
  { warmUp, rounds, block, onRound }: Plan,
): Promise<Map<string, Timed>> {
  const random = createRandom(ORDER_SEED);
  const samples = new Map<string, Samples>();
  for (const [name, call] of candidates) {
    samples.set(name, { cpuUs: [], latenciesMs: [] });
    // Optimised code, open connections.
    for (let i = 0; i < warmUp; i++) await call();
  }
  for (let round = 1; round <= rounds; round++) {
    for (const [name, call] of random.shuffled([...candidates])) {
      await timeBlock(call, block, samples.get(name) as Samples);
    }
    onRound(round, rounds);
  }
  const floor = samples.values().next().value as Samples;
  return new Map([...samples].map(([name, own]) => [name, ratios(own, floor)]));
}

async function timeBlock(call: () => Promise<unknown>, block: number, { cpuUs, latenciesMs }: Samples) {
  const before = process.cpuUsage();
  for (let i = 0; i < block; i++) {
    const startedAtMs = performance.now();
    await call();
    latenciesMs.push(performance.now() - startedAtMs);
  }
  const { user, system } = process.cpuUsage(before);
  cpuUs.push((user + system) / block);
}

function ratios(own: Samples, floor: Samples): Timed {
  return {
    cpuUs: quantile(own.cpuUs, 0.5),
    cpu: spreadOf(own.cpuUs.map((cpuUs, round) => cpuUs / (floor.cpuUs[round] ?? Number.NaN))),
    p50: quantile(own.latenciesMs, 0.5) / quantile(floor.latenciesMs, 0.5),
    p99: quantile(own.latenciesMs, 0.99) / quantile(floor.latenciesMs, 0.99),
  };
}
