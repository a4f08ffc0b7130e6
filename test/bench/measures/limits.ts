import { HEAVY, HUGE, ORDINARY, serveCrowd } from '../../support/crowd.ts';
import { startServiceInTime } from '../../support/service-in-time.ts';
import { measure } from '../measure.ts';

/** How long Spotify takes for each call. */
const LATENCY_MS = 450;
const LIST_LIFE_MS = 3 * 3_600_000;
const CROWD = { ordinary: 24, callsIn30s: 100 };

interface AccountCost {
  name: string;
  sizes: { top: number; followed: number; saved: number };
  cold: number;
  renewal: number;
  /** Computations that the renewal began. */
  begun: number;
}

export interface Limits {
  latencyMs: number;
  accounts: AccountCost[];
  crowd: {
    ordinary: number;
    callsIn30s: number;
    /** Of all users together. */
    calls: number;
    /** When so many of the ordinary users had their list. */
    servedAfterSeconds: { users: number; seconds: number }[];
    heavySeconds: number;
  };
}

/** Calls of Spotify, in a time of their own: the service in this process, hours in no time. */
async function costOf(name: string, sizes: AccountCost['sizes']): Promise<AccountCost> {
  const service = startServiceInTime();
  try {
    const user = await service.connected(name, { ...sizes, latency_ms: LATENCY_MS });
    const compute = async () => {
      const sinceMs = service.clock.nowMs();
      await user.artists().catch(() => undefined);
      await service.settled();
      return { calls: user.calls('', sinceMs).length, begun: user.calls('/api/token', sinceMs).length };
    };
    const cold = await compute();
    service.advance(LIST_LIFE_MS);
    const renewal = await compute();
    return { name, sizes, cold: cold.calls, renewal: renewal.calls, begun: renewal.begun };
  } finally {
    service.end();
  }
}

async function crowd(): Promise<Limits['crowd']> {
  const served = await serveCrowd(CROWD);
  const secondsOf = ({ servedAfterMs }: (typeof served)[0]) => servedAfterMs / 1000;
  const times = served
    .filter(({ user }) => user !== 'heavy')
    .map(secondsOf)
    .toSorted((a, b) => a - b);
  const heavy = served.find(({ user }) => user === 'heavy');
  return {
    ...CROWD,
    calls: served.reduce((sum, { calls }) => sum + calls, 0),
    servedAfterSeconds: [0.25, 0.5, 0.75, 1].map((share) => {
      const users = Math.ceil(share * times.length);
      return { users, seconds: times[users - 1] as number };
    }),
    heavySeconds: heavy ? secondsOf(heavy) : Number.NaN,
  };
}

await measure<Limits>(async ({ progress }) => {
  const accounts: AccountCost[] = [];
  for (const [name, sizes] of Object.entries({ ordinary: ORDINARY, heavy: HEAVY, huge: HUGE })) {
    accounts.push(await costOf(name, sizes));
    progress(`limits: an account that is ${name}`);
  }
  const result = { latencyMs: LATENCY_MS, accounts, crowd: await crowd() };
  progress('limits: a crowd');
  return result;
});
