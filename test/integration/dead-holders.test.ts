import { describe, expect, inject, test } from 'vitest';
import { aConnectedUser, H3, halfWay, type TestUser } from '../support/a-user.ts';
import { remoteLambda } from '../support/remote-lambda.ts';

const stack = inject('stack');
const lambda = remoteLambda();

/** Begins a computation that takes its time, and kills the process that runs it half-way. */
async function killedInTheMiddle(user: TestUser) {
  // Less than the patience of a request, and long enough for the kill to come before the reply.
  await user.spotify({ latency_ms: 3_000 });
  const { computing } = await halfWay(user);
  await lambda.kill('get-artists');
  expect((await computing).status).toBeGreaterThanOrEqual(500);
  await user.spotify({ latency_ms: 0 });
}

describe('when the process that computes is killed', () => {
  test('the next request, which has no copy, waits for the lease to run out and takes over', async () => {
    const user = await aConnectedUser(stack);
    await killedInTheMiddle(user);
    const reply = await user.artists();
    expect([reply.status, reply.json.data.cached, reply.json.data.pagination.total]).toEqual([
      200,
      false,
      137,
    ]);
  });

  test('the next request is given the old copy at once, and one after the lease computes', async () => {
    const user = await aConnectedUser(stack);
    await user.artists();
    await user.age(H3);
    await killedInTheMiddle(user);
    const reply = await user.artists();
    expect([reply.json.cache_status, reply.json.warning_code]).toEqual(['stale', 'REFRESH_IN_PROGRESS']);
    await expect.poll(async () => (await user.artists()).json.cache_status).toBe('fresh');
  });
});

describe('a computation that outlasts its request', () => {
  const refreshes = async () =>
    (await lambda.logs('refresh-artists')).filter((line) => line.startsWith('REPORT')).length;

  test('answers the old copy after a few seconds and is finished by the function that has time', async () => {
    const user = await aConnectedUser(stack, { artists: 1_500 });
    await user.artists();
    await user.age(H3);
    await user.spotify({ latency_ms: 250 });
    const before = await refreshes();
    const reply = await user.artists();
    expect([reply.json.cache_status, reply.json.warning_code]).toEqual(['stale', 'REFRESH_IN_PROGRESS']);
    await user.spotify({ latency_ms: 0 });
    const answers = async () => (await user.artists()).json;
    await expect.poll(answers).toMatchObject({ cache_status: 'fresh', data: { cached: true } });
    await expect.poll(refreshes).toBeGreaterThan(before);
  });
});
