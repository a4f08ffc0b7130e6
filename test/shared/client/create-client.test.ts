import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { type ClientOptions, createClient, failureOf } from '../../../shared/client/create-client.ts';
import { disconnect, type Screen, showArtists } from './mission-example.ts';

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../../docs/openapi.json'), 'utf8'));
const pages = document.paths['/api/user/artists'].get.responses['200'].content['application/json'].examples;
const failures = document.components.examples;

const json = (body: unknown, init: ResponseInit = {}) =>
  new Response(JSON.stringify(body), {
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
  });

/** A client whose requests are answered by these replies, in order. */
function aClient(replies: Response[], options: Partial<ClientOptions> = {}) {
  const requests: Request[] = [];
  const fetch = async (request: Request) => {
    requests.push(request);
    request.signal.throwIfAborted();
    return replies.shift() ?? json({}, { status: 500 });
  };
  return { api: createClient({ baseUrl: 'http://api.test', token: 'a-token', fetch, ...options }), requests };
}

const aScreen = () =>
  ({
    showArtists: vi.fn(),
    showWarningBadge: vi.fn(),
    showReconnectButton: vi.fn(),
    showMessage: vi.fn(),
    tryAgainIn: vi.fn(),
  }) satisfies Screen;

describe('the example of the mission', () => {
  test('shows the artists, and with revoked consent a badge and a button to reconnect', async () => {
    const screen = aScreen();
    await showArtists(aClient([json(pages.fallback_revoked.value)]).api, screen);

    expect(screen.showArtists).toHaveBeenCalledWith(['Kacey Musgraves', 'Angèle', 'Daft Punk']);
    expect(screen.showWarningBadge).toHaveBeenCalledWith(
      'Données du cache utilisées. Reconnectez-vous à Spotify.',
    );
    expect(screen.showReconnectButton).toHaveBeenCalledWith('spotify');
  });

  test('shows no badge while the list is fresh', async () => {
    const screen = aScreen();
    await showArtists(aClient([json(pages.fresh.value)]).api, screen);

    expect(screen.showArtists).toHaveBeenCalledOnce();
    expect(screen.showWarningBadge).not.toHaveBeenCalled();
  });

  test('offers to reconnect when there is no copy either', async () => {
    const screen = aScreen();
    const reply = json(failures.SPOTIFY_TOKEN_REVOKED.value, { status: 409 });
    await showArtists(aClient([reply]).api, screen);

    expect(screen.showReconnectButton).toHaveBeenCalledWith('spotify');
    expect(screen.showMessage).toHaveBeenCalledWith(expect.stringContaining('Reconnectez-vous'));
  });

  test.each([
    ['the service says', failures.COMPUTING.value, { 'retry-after': '5' }, 5],
    ['API Gateway does not say', failures.GATEWAY_503.value, {}, 1],
  ])('tries again when %s', async (_, body, headers, seconds) => {
    const screen = aScreen();
    await showArtists(aClient([json(body, { status: 503, headers })]).api, screen);

    expect(screen.tryAgainIn).toHaveBeenCalledWith(seconds);
  });

  test('disconnects', async () => {
    const { api, requests } = aClient([
      json({ success: true, data: { platform_slug: 'spotify', status: 'disconnected' } }),
    ]);
    const { data } = await disconnect(api);

    expect(data?.data.status).toBe('disconnected');
    expect(requests[0]?.url).toBe('http://api.test/api/user/platforms/disconnect');
    expect(await requests[0]?.json()).toEqual({ platform_slug: 'spotify' });
  });
});

describe('a request', () => {
  test('carries the token of the moment and the language', async () => {
    const tokens = ['first', 'second'];
    const token = async () => tokens.shift() ?? '';
    const { api, requests } = aClient([json({}), json({})], { token, language: 'en' });
    await api.GET('/api/user/profile');
    await api.GET('/api/user/profile');

    expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer first',
      'Bearer second',
    ]);
    expect(requests[0]?.headers.get('accept-language')).toBe('en');
  });

  test('can be given up', async () => {
    const { api } = aClient([]);
    const call = api.GET('/api/user/profile', { signal: AbortSignal.abort(new Error('left the screen')) });
    await expect(call).rejects.toThrow('left the screen');
  });

  test('is made once, whatever the reply', async () => {
    const { api, requests } = aClient([json(failures.INTERNAL.value, { status: 500 })]);
    await api.GET('/api/user/profile');
    expect(requests).toHaveLength(1);
  });
});

describe('types', () => {
  test('tie the warning to the status, and the details to the code', async () => {
    const { api } = aClient([json(pages.stale.value)]);
    const { data, error } = await api.GET('/api/user/artists');
    if (data?.cache_status === 'fallback_revoked') {
      expectTypeOf(data.warning).toEqualTypeOf<string>();
      expectTypeOf(data.warning_code).toEqualTypeOf<'SPOTIFY_TOKEN_REVOKED'>();
    }
    if (data?.cache_status === 'fresh') expectTypeOf(data.warning).toEqualTypeOf<string | undefined>();
    const failure = failureOf(error);
    if (failure?.code === 'VALIDATION_FAILED') {
      expectTypeOf(failure.details).toEqualTypeOf<{ field: string; reason: string }[]>();
    }
    // @ts-expect-error: no such code on this route
    expect(failure?.code === 'SELECTION_LIMIT').toBe(false);
    // @ts-expect-error: no such path
    await api.GET('/api/user/nothing');
    // @ts-expect-error: a body has the fields of the contract
    await api.POST('/api/user/artists/toggle', { body: { artist: 'x' } });
  });
});

describe('kept pages', () => {
  const page = () => json(pages.fresh.value, { headers: { etag: '"one"', age: '10' } });
  const unchanged = () => new Response(null, { status: 304, headers: { etag: '"one"', age: '70' } });
  const artists = (api: ReturnType<typeof createClient>, number = 0, headers = {}) =>
    api.GET('/api/user/artists', { params: { query: { page: number } }, headers });

  test('are asked about by their ETag, and read as the 200 that they were', async () => {
    const { api, requests } = aClient([page(), unchanged(), unchanged()], { keptPages: 5 });
    const first = await artists(api);
    const second = await artists(api);
    const third = await artists(api);

    expect(requests.map(({ headers }) => headers.get('if-none-match'))).toEqual([null, '"one"', '"one"']);
    expect([second.data, third.data]).toEqual([first.data, first.data]);
    expect([second.response.status, second.response.headers.get('age')]).toEqual([200, '70']);
  });

  test('give way to newer ones', async () => {
    const newer = json(pages.stale.value, { headers: { etag: '"two"' } });
    const { api, requests } = aClient([page(), newer, unchanged()], { keptPages: 5 });
    await artists(api);
    expect((await artists(api)).data?.cache_status).toBe('stale');
    await artists(api);
    expect(requests[2]?.headers.get('if-none-match')).toBe('"two"');
  });

  test('are told apart by page, and the one not used for longest goes', async () => {
    const { api, requests } = aClient([page(), page(), unchanged(), page(), page()], { keptPages: 2 });
    for (const number of [0, 1, 0, 2, 1]) await artists(api, number);
    expect(requests.map(({ headers }) => headers.get('if-none-match'))).toEqual([
      null,
      null,
      '"one"',
      null,
      null,
    ]);
  });

  test('are not kept unless asked for', async () => {
    const { api, requests } = aClient([page(), page()]);
    await artists(api);
    await artists(api);
    expect(requests[1]?.headers.has('if-none-match')).toBe(false);
  });
});
