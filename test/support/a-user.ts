import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { type HttpOptions, type HttpReply, http } from './http-client.ts';
import { requireReplyOfContract } from './reply-contract.ts';

/** Where a stack is. */
export interface StackUrls {
  apiUrl: string;
  spotifyUrl: string;
}

export const H3 = 3 * 3600;
export const H6 = 6 * 3600;

export type TestUser = Awaited<ReturnType<typeof aUser>>;

/** A new user of the app, signed in, with a Spotify account of their own; not connected yet. */
export async function aUser({ apiUrl, spotifyUrl }: StackUrls, id = `user-${randomUUID()}`) {
  const account = `account-${randomUUID()}`;
  const token = await aToken({ apiUrl }, { user: id });

  /** Whatever a test looks at: no reply leaves the contract. */
  async function call(method: string, path: string, options: HttpOptions = {}): Promise<HttpReply> {
    const headers = { authorization: `Bearer ${token}`, ...options.headers };
    const reply = await http(method, apiUrl + path, { ...options, headers });
    requireReplyOfContract({ ...reply, method, path, body: reply.text });
    return reply;
  }
  const platform = (path: string, body: object = {}) =>
    call('POST', `/api/user/platforms/${path}`, { body: { platform_slug: 'spotify', ...body } });

  /** The way through the consent page: what Spotify sends back. */
  async function consent(
    as = account,
    approve = 1,
  ): Promise<{ code: string; state: string; error: string | null }> {
    const begun = await platform('connect');
    expect(begun.status, begun.text).toBe(200);
    const url = `${begun.json.data.authorization_url}&approve=${approve}&account=${as}`;
    const { searchParams } = new URL((await http('GET', url)).headers.get('location') ?? '');
    return {
      code: searchParams.get('code') ?? '',
      state: searchParams.get('state') ?? '',
      error: searchParams.get('error'),
    };
  }

  return {
    id,
    account,
    call,
    consent,
    artists: (query = '', headers: Record<string, string> = {}) =>
      call('GET', `/api/user/artists${query}`, { headers }),
    toggle: (artistId: string, selected?: boolean) =>
      call('POST', '/api/user/artists/toggle', { body: { artist_id: artistId, selected } }),
    sync: () => call('POST', '/api/user/artists/sync'),
    profile: () => call('GET', '/api/user/profile'),
    complete: ({ code, state }: { code: string; state: string }) =>
      platform('connect/complete', { code, state }),
    disconnect: () => platform('disconnect'),
    async connect(as = account): Promise<void> {
      const { code, state } = await consent(as);
      const reply = await platform('connect/complete', { code, state });
      expect(reply.status, reply.text).toBe(200);
    },
    /** Settings of the user's account on the stand-in for Spotify. */
    async spotify(settings: object): Promise<void> {
      const reply = await http('PUT', `${spotifyUrl}/_control/accounts/${account}`, { body: settings });
      expect(reply.status, reply.text).toBe(200);
    },
    /** How many calls Spotify had for this user. */
    async spotifyCalls(): Promise<number> {
      return (await http('GET', `${spotifyUrl}/_control/accounts/${account}`)).json.total;
    },
    /** Lets the user's list become that much older. */
    async age(seconds: number): Promise<void> {
      const reply = await http('POST', `${apiUrl}/_local/age`, { body: { user: id, seconds } });
      expect(reply.status, reply.text).toBe(200);
    },
  };
}

/** A user who is connected, with settings of the account on the stand-in. */
export async function aConnectedUser(stack: StackUrls, settings: object = {}): Promise<TestUser> {
  const user = await aUser(stack);
  await user.spotify(settings);
  await user.connect();
  return user;
}

/**
 * A request whose computation has begun to ask Spotify. A busy machine may answer it before, for want of storage: it is
 * then sent again.
 */
export async function halfWay(user: TestUser, query?: string) {
  const before = await user.spotifyCalls();
  let computing: ReturnType<TestUser['artists']> | undefined;
  const asked = async () => {
    computing ??= user.artists(query).finally(() => {
      computing = undefined;
    });
    return user.spotifyCalls();
  };
  await expect.poll(asked).toBeGreaterThan(before + 3);
  if (computing === undefined) throw new Error('the computation was over before it could be looked at');
  return { computing };
}

/** A token of the local issuer. */
export async function aToken(
  { apiUrl }: Pick<StackUrls, 'apiUrl'>,
  body: { user: string; scope?: string; expires_in?: number },
): Promise<string> {
  const reply = await http('POST', `${apiUrl}/_local/token`, { body });
  expect(reply.status, reply.text).toBe(200);
  return reply.json.access_token;
}
