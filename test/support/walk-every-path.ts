import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import type { LocalStack } from '../../infra/local/stack.ts';
import { entryKey } from '../../shared/cache/keys.ts';
import { aConnectedUser, aToken, aUser, H3, H6, type StackUrls, type TestUser } from './a-user.ts';
import { cacheTableAt } from './cache-table.ts';
import { http } from './http-client.ts';

/** More artists than one item holds: the list spills into parts. */
const SPILLING = 12_000;
/** As many of a function as the stack runs side by side. */
const ENVIRONMENTS = 8;

/**
 * Takes a stack of its own through everything that makes its functions call AWS: each route, each way in which a
 * computation ends, lists that spill, the sweep, the hand-over. What cannot be had within seconds is brought about in
 * the tables.
 */
export function pathsOf(stack: LocalStack) {
  const urls: StackUrls = { apiUrl: stack.apiUrl, spotifyUrl: stack.spotifyUrl ?? '' };
  const table = cacheTableAt(stack.dynamodbUrl);
  const control = async (path: string) => {
    const reply = await http('POST', `${stack.apiUrl}/_local/${path}`);
    expect(reply.status, reply.text).toBe(200);
  };
  const get = async (user: TestUser, query = '', status = 200) => {
    const reply = await user.artists(query);
    expect(reply.status, reply.text).toBe(status);
    return reply;
  };

  async function aUserWithPart(): Promise<TestUser> {
    const user = await aConnectedUser(urls);
    await get(user);
    await table.addPart(user.id);
    return user;
  }

  /** Has `refresh-artists` finish a computation; `times`: as often comes the event. */
  async function handOver({ id }: TestUser, times = 1) {
    const event = JSON.stringify(await table.lease(id));
    let payload = '';
    for (let i = 0; i < times; i++)
      ({ payload } = await stack.lambda.invoke('artists-cache-dev-refresh-artists', event));
    return JSON.parse(payload);
  }

  return {
    close: () => table.close(),

    async everyRoute() {
      const user = await aConnectedUser(urls, { rotate: true });
      const artists = (await get(user)).json.data.artists;
      await get(user);
      expect((await user.toggle(artists[0].id)).status).toBe(200);
      await get(user);
      expect((await user.sync()).status).toBe(200);
      expect((await user.profile()).status).toBe(200);
      expect((await user.disconnect()).status).toBe(200);
      await get(user, '', 409);
      const token = await aToken(urls, { user: user.id, scope: 'cache:stats' });
      const headers = { authorization: `Bearer ${token}` };
      expect((await http('GET', `${stack.apiUrl}/api/cache/stats`, { headers })).status).toBe(200);
      expect((await http('GET', `${stack.apiUrl}/nowhere`)).status).toBe(404);
    },

    async anotherAccount() {
      const user = await aUserWithPart();
      await user.connect(`account-${randomUUID()}`);
    },

    async revokedConsent() {
      const user = await aConnectedUser(urls);
      await get(user);
      await user.age(H3);
      await user.spotify({ mode: 'revoked' });
      expect((await get(user)).json.cache_status).toBe('fallback_revoked');
      const syncing = await aConnectedUser(urls);
      await syncing.spotify({ mode: 'revoked' });
      expect((await syncing.sync()).status).toBe(409);
    },

    /** A 429 begins the cool-down, whatever meets it. */
    async rateLimits() {
      const limited = { mode: 'rate_limited', retry_after: 30 };
      const [reader, syncer, handed] = await Promise.all([
        aConnectedUser(urls),
        aConnectedUser(urls),
        aConnectedUser(urls),
      ]);
      const connecting = await aUser(urls);
      const meet = async (user: TestUser, act: () => Promise<unknown>) => {
        await user.spotify(limited);
        await act();
        await control('forget-cooldown');
      };
      await meet(reader, async () => {
        await get(reader, '', 503);
        // From now on nothing is computed.
        await get(handed, '', 503);
      });
      await meet(syncer, () => syncer.sync());
      await meet(handed, async () => expect(await handOver(handed)).toBe('failed'));
      const { code, state } = await connecting.consent();
      await meet(connecting, () => connecting.complete({ code, state }));
      // What the code was exchanged for is still there.
      await connecting.spotify({ mode: 'ok' });
      expect((await connecting.complete({ code, state })).status).toBe(200);
    },

    /** Once a ban is over, what was computed before it is counted, and one computation after the other is let in. */
    async afterABan() {
      const [banned, prober, next] = await Promise.all([
        aConnectedUser(urls),
        aConnectedUser(urls),
        aConnectedUser(urls),
      ]);
      await banned.spotify({ mode: 'rate_limited', retry_after: 1 });
      await get(banned, '', 503);
      for (const user of [prober, next])
        await vi.waitFor(() => get(user), { timeout: 20_000, interval: 500 });
      await control('forget-cooldown');
    },

    /** Written, read and replaced: by a request, and by the function that takes over. */
    async listsThatSpill() {
      const user = await aConnectedUser(urls, { artists: SPILLING });
      await get(user);
      await get(user, `?page=${SPILLING / 100 - 1}&limit=100`);
      await user.age(H3);
      expect(await handOver(user)).toBe('stored');
      // Too old to be served: the request waits for as long as it takes.
      await user.age(H6 + 60);
      await get(user);
    },

    /** One computes, the other waits for it. */
    async twoAtOnce() {
      const user = await aConnectedUser(urls, { latency_ms: 100 });
      await Promise.all([get(user), get(user)]);
    },

    /** A list of a format that is not known yet. */
    async unreadableList() {
      const user = await aConnectedUser(urls);
      const Item = { ...entryKey(user.id), userId: user.id, fence: 'f', generation: 'g', format: 99 };
      await table.put(Item);
      await get(user);
    },

    async partsOfOthers() {
      const leaving = await aUserWithPart();
      expect((await leaving.disconnect()).status).toBe(200);

      const expired = await aUserWithPart();
      await expired.age(H6 + 60);
      await control('sweep');
    },

    /** What the function that takes over finds out on its own. */
    async afterHandOver() {
      const revoked = await aConnectedUser(urls, { rotate: true });
      await get(revoked);
      await revoked.age(H3);
      await revoked.spotify({ mode: 'revoked' });
      expect(await handOver(revoked)).toBe('failed');
      expect(await handOver(await aUser(urls))).toBe('failed');
      // The event comes a second time.
      const twice = await aConnectedUser(urls);
      await get(twice);
      await twice.age(H3);
      await twice.spotify({ mode: 'down' });
      expect(await handOver(twice, 2)).toBe('superseded');
    },

    /** A request with an old copy at hand waits four seconds for a new one, then hands over. */
    async handOverByRequest() {
      const user = await aConnectedUser(urls);
      await get(user);
      await user.age(H3);
      await user.spotify({ latency_ms: 5_000 });
      expect((await get(user)).json.warning_code).toBe('REFRESH_IN_PROGRESS');
      await user.spotify({ latency_ms: 0 });
    },

    /** What was begun beside a reply goes on with the next request of its environment. */
    async onceMore() {
      const user = await aConnectedUser(urls);
      await Promise.all(Array.from({ length: ENVIRONMENTS }, () => get(user)));
      await user.disconnect();
    },
  };
}
