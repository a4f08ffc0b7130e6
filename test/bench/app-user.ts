import { randomUUID } from 'node:crypto';

interface Urls {
  apiUrl: string;
  spotifyUrl: string;
}

export interface AppReply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what a client gets is what the contract says.
  body: any;
}

/** A user of the app on a running local stack, as the app sees the service. */
export async function anAppUser({ apiUrl, spotifyUrl }: Urls) {
  const id = `bench-${randomUUID()}`;
  const account = `account-${id}`;
  const post = (url: string, body: object, headers: Record<string, string> = {}) =>
    request(url, { method: 'POST', body: JSON.stringify(body), headers });
  const { body } = await post(`${apiUrl}/_local/token`, { user: id, expires_in: 7 * 86_400 });
  const authorization = `Bearer ${body.access_token}`;
  const asUser = { authorization, 'accept-language': 'fr', 'accept-encoding': 'gzip' };
  const platform = (path: string, more: object = {}) =>
    post(`${apiUrl}/api/user/platforms/${path}`, { platform_slug: 'spotify', ...more }, asUser);

  return {
    id,
    /** Settings of the user's account on the stand-in for Spotify. */
    spotify: (settings: object) =>
      request(`${spotifyUrl}/_control/accounts/${account}`, {
        method: 'PUT',
        body: JSON.stringify(settings),
      }),
    async spotifyCalls(): Promise<number> {
      return (await request(`${spotifyUrl}/_control/accounts/${account}`)).body.total;
    },
    async connect(): Promise<void> {
      const begun = await platform('connect');
      const consent = `${begun.body.data.authorization_url}&approve=1&account=${account}`;
      const { headers } = await fetch(consent, { redirect: 'manual' });
      const back = new URL(headers.get('location') ?? '').searchParams;
      const reply = await platform('connect/complete', { code: back.get('code'), state: back.get('state') });
      if (reply.status !== 200) throw new Error(`connecting: ${reply.status}`);
    },
    artists: (page: number, headers: Record<string, string> = {}) =>
      request(`${apiUrl}/api/user/artists?page=${page}&limit=10`, { headers: { ...asUser, ...headers } }),
    toggle: (artistId: string) => post(`${apiUrl}/api/user/artists/toggle`, { artist_id: artistId }, asUser),
    /** Time passes for the user's list. */
    age: (seconds: number) => post(`${apiUrl}/_local/age`, { user: id, seconds }),
  };
}

export type AppUser = Awaited<ReturnType<typeof anAppUser>>;

async function request(url: string, init: RequestInit = {}): Promise<AppReply> {
  const reply = await fetch(url, {
    ...init,
    headers: { ...(init.body ? { 'content-type': 'application/json' } : {}), ...init.headers },
  });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, body: text === '' ? undefined : JSON.parse(text) };
}
