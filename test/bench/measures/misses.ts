import { startLocalStack } from '../../../infra/local/stack.ts';
import { ORDINARY } from '../../support/crowd.ts';
import { anAppUser } from '../app-user.ts';
import { quantile } from '../blocks.ts';
import { measure } from '../measure.ts';

/** How long Spotify takes for each call. */
const LATENCIES_MS = [150, 450] as const;
/** The token; the first page of each list; the pages beyond, all at once, for the first says how many there are. */
const LONGEST_CHAIN = 3;

export interface Misses {
  calls: number;
  longestChain: number;
  /** By Spotify's latency: the time of a whole miss, and what it takes over the longest chain of dependent calls. */
  times: { latencyMs: number; missMs: number; overChain: number }[];
  /** Calls that wait for each other, as the times tell: by how much more they grow than the latency does. */
  measuredChain: number;
}

await measure<Misses>(async ({ quick, progress }) => {
  const stack = await startLocalStack();
  const urls = { apiUrl: stack.apiUrl, spotifyUrl: stack.spotifyUrl ?? '' };
  let calls = 0;

  async function timeMiss(latencyMs: number): Promise<number> {
    const user = await anAppUser(urls);
    await user.spotify(ORDINARY);
    await user.connect();
    await user.spotify({ latency_ms: latencyMs });
    const before = await user.spotifyCalls();
    const startedAtMs = performance.now();
    const { status } = await user.artists(0);
    const missMs = performance.now() - startedAtMs;
    if (status !== 200) throw new Error(`a miss was answered ${status}`);
    calls = (await user.spotifyCalls()) - before;
    return missMs;
  }

  try {
    progress('misses: the local stack is up');
    // The functions' first requests start processes.
    await timeMiss(0);
    const times = [];
    for (const latencyMs of LATENCIES_MS) {
      const measured = [];
      for (let i = 0; i < (quick ? 3 : 9); i++) measured.push(await timeMiss(latencyMs));
      const missMs = quantile(measured, 0.5);
      const chainMs = LONGEST_CHAIN * latencyMs;
      times.push({ latencyMs, missMs, overChain: missMs / chainMs - 1 });
      progress(`misses: at ${latencyMs} ms a call`);
    }
    const [short, long] = times as [(typeof times)[0], (typeof times)[0]];
    const measuredChain = (long.missMs - short.missMs) / (long.latencyMs - short.latencyMs);
    return { calls, longestChain: LONGEST_CHAIN, times, measuredChain };
  } finally {
    await stack.close();
  }
});
