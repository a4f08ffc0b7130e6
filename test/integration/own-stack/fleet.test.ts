import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStack, startLocalStack } from '../../../infra/local/stack.ts';
import { aConnectedUser, aUser, H3, type StackUrls } from '../../support/a-user.ts';
import { meet } from '../../support/aws-fates.ts';
import { createDetour, type Deal } from '../../support/detour.ts';
import { createFleet, type PageAnswered, readStats } from '../../support/fleet.ts';
import { http } from '../../support/http-client.ts';
import { createRandom } from '../../support/random.ts';

/* Eight processes of one function, as Lambda runs them side by side. */

const PROCESSES = 8;
/** `npm run test:exactness` sends 10,000. */
const REQUESTS = Number(process.env.FLEET_REQUESTS ?? 400);
const SEED = Number(process.env.FLEET_SEED ?? 20_261_122);
const RETRY_SECONDS = 1;

/** Each call may go wrong, after it took effect as often as before. */
const WEATHER = { pass: 97, 'fail-after': 1, 'cut-after': 1, fail: 0.5, throttle: 0.5 };
/** After so many requests all processes are killed. */
const KILLED = 100;

const random = createRandom(SEED);
let isStormy = false;
const weather: Deal = (_request, pass) => meet(isStormy ? random.weighted(WEATHER) : 'pass', pass);

const way = createDetour({ dynamodb: weather });
let stack: LocalStack;
let urls: StackUrls;
let fleet: ReturnType<typeof createFleet>;
beforeAll(async () => {
  stack = await startLocalStack({
    detour: way.detour,
    lambdaConcurrency: PROCESSES,
    retrySeconds: RETRY_SECONDS,
  });
  urls = { apiUrl: stack.apiUrl, spotifyUrl: stack.spotifyUrl ?? '' };
  fleet = createFleet(stack, PROCESSES);
});
afterAll(async () => {
  await stack?.close();
  await way.close();
});

/** What an answer counts as, to its reader. */
function outcomeOf({ status, json }: PageAnswered): string {
  if (status !== 200) return 'errors';
  const { cache_status: cacheStatus, cached } = json.data;
  if (cacheStatus !== 'fresh') return cacheStatus;
  return cached ? 'hits' : 'misses';
}

async function aCrowd() {
  const [old, revoked, stranger, ...others] = await Promise.all([
    aConnectedUser(urls),
    aConnectedUser(urls),
    aUser(urls),
    ...Array.from({ length: 12 }, () => aConnectedUser(urls)),
  ]);
  await fleet.askAll([{ user: old.id }, { user: revoked.id }]);
  await Promise.all([old.age(H3), revoked.age(H3)]);
  await Promise.all([old.spotify({ mode: 'down' }), revoked.spotify({ mode: 'revoked' })]);
  const ids = (users: readonly { id: string }[]) => users.map(({ id }) => id);
  return [...ids(others), ...ids(others), ...ids([old, revoked, stranger])];
}

describe(`${REQUESTS} requests over ${PROCESSES} processes, which are killed again and again`, () => {
  it(`are counted to the last one, each as what its reader saw (FLEET_SEED=${SEED})`, async () => {
    const crowd = await aCrowd();
    const pages = Array.from({ length: REQUESTS - 2 }, () => ({
      user: random.pick(crowd),
      query: { page: String(Math.floor(random.between(0, 14))) },
    }));
    isStormy = true;
    const answers: PageAnswered[] = [];
    for (let from = 0; from < pages.length; from += KILLED) {
      answers.push(...(await fleet.askAll(pages.slice(from, from + KILLED))));
      expect(fleet.processes()).toBe(PROCESSES);
      // Frozen behind their replies, they end as they are.
      await fleet.kill();
    }
    isStormy = false;
    const seen = { hits: 0, misses: 2, stale: 0, fallback_revoked: 0, errors: 0 } as Record<string, number>;
    for (const answer of answers) seen[outcomeOf(answer)] = (seen[outcomeOf(answer)] ?? 0) + 1;
    const { hits, misses, stale, fallback_revoked, errors } = await readStats(stack.apiUrl);
    expect({ hits, misses, stale, fallback_revoked, errors }).toEqual(seen);
    expect(hits + misses + stale + fallback_revoked + errors).toBe(REQUESTS);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
  }, 600_000);
});

describe('requests during an outage', () => {
  const secondsOf = async (work: () => Promise<void>) => {
    const beganMs = performance.now();
    await work();
    return (performance.now() - beganMs) / 1000;
  };

  it.each([
    ['an old copy at hand', 400, 200],
    ['nothing to serve', 200, 503],
  ])('are one attempt for each back-off, with %s', async (_what, requests, status) => {
    const user = await aConnectedUser(urls);
    if (status === 200) {
      await user.artists();
      await user.age(H3);
    }
    await user.spotify({ mode: 'down' });
    await fleet.kill();
    const before = await user.spotifyCalls();
    const seconds = await secondsOf(async () => {
      const answers = await fleet.askAll(Array.from({ length: requests }, () => ({ user: user.id })));
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]));
    });
    // While it is down each attempt ends with its first call.
    const attempts = (await user.spotifyCalls()) - before;
    expect(attempts).toBeGreaterThan(0);
    expect(attempts).toBeLessThanOrEqual(Math.ceil(seconds / RETRY_SECONDS));
  });

  it('do not reach Spotify before its Retry-After is over, and then they do', async () => {
    const users = await Promise.all(Array.from({ length: 4 }, () => aConnectedUser(urls)));
    for (const user of users) await user.artists();
    await Promise.all(users.map((user) => user.age(H3)));
    const [first] = users;
    await first?.spotify({ mode: 'quota', retry_after: 86_400 });
    await fleet.kill();
    const calls = async () => Promise.all(users.map((user) => user.spotifyCalls()));
    expect((await fleet.ask({ user: first?.id ?? '' })).json.warning_code).toBe('SPOTIFY_RATE_LIMITED');
    const before = await calls();
    const answers = await fleet.askAll(
      Array.from({ length: 100 }, (_, i) => ({ user: users[i % users.length]?.id ?? '' })),
    );
    expect(new Set(answers.map(({ json }) => json.warning_code))).toEqual(new Set(['SPOTIFY_RATE_LIMITED']));
    expect(await calls()).toEqual(before);

    await first?.spotify({ mode: 'ok' });
    await http('POST', `${stack.apiUrl}/_local/forget-cooldown`);
    const after = await fleet.askAll(users.map(({ id }) => ({ user: id })));
    expect(after.map(({ json }) => json.cache_status)).toEqual(users.map(() => 'fresh'));
  }, 180_000);
});
