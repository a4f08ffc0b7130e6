import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { failureOf } from '../../../shared/client/index.ts';
import { aClient, examplePages, failed, json, sent } from './a-client.ts';
import { disconnect, type Screen, showArtists } from './mission-example.ts';

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
    await showArtists(aClient([json(examplePages.fallback_revoked.value)]).api, screen);

    expect(screen.showArtists).toHaveBeenCalledWith(['Kacey Musgraves', 'Angèle', 'Daft Punk']);
    expect(screen.showWarningBadge).toHaveBeenCalledWith(
      'Données du cache utilisées. Reconnectez-vous à Spotify.',
    );
    expect(screen.showReconnectButton).toHaveBeenCalledWith('spotify');
  });

  test('shows no badge while the list is fresh', async () => {
    const screen = aScreen();
    await showArtists(aClient([json(examplePages.fresh.value)]).api, screen);

    expect(screen.showArtists).toHaveBeenCalledOnce();
    expect(screen.showWarningBadge).not.toHaveBeenCalled();
  });

  test('offers to reconnect when there is no copy either', async () => {
    const screen = aScreen();
    await showArtists(aClient([failed('SPOTIFY_TOKEN_REVOKED', 409)]).api, screen);

    expect(screen.showReconnectButton).toHaveBeenCalledWith('spotify');
    expect(screen.showMessage).toHaveBeenCalledWith(expect.stringContaining('Reconnectez-vous'));
  });

  test.each([
    ['the service says', 'COMPUTING', { 'retry-after': '5' }, 5],
    ['API Gateway does not say', 'GATEWAY_503', {}, 1],
  ])('tries again when %s', async (_, name, headers, seconds) => {
    const screen = aScreen();
    await showArtists(aClient([failed(name, 503, headers)]).api, screen);

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

    expect(sent(requests, 'authorization')).toEqual(['Bearer first', 'Bearer second']);
    expect(requests[0]?.headers.get('accept-language')).toBe('en');
  });

  test('can be given up', async () => {
    const { api } = aClient([]);
    const call = api.GET('/api/user/profile', { signal: AbortSignal.abort(new Error('left the screen')) });
    await expect(call).rejects.toThrow('left the screen');
  });

  test('is made once, whatever the reply, unless waiting was allowed', async () => {
    const { api, requests } = aClient([failed('COMPUTING', 503, { 'retry-after': '1' })]);
    await api.GET('/api/user/profile');
    expect(requests).toHaveLength(1);
  });
});

describe('types', () => {
  test('tie the warning to the status, and the details to the code', async () => {
    const { api } = aClient([json(examplePages.stale.value)]);
    const reply = await api.GET('/api/user/artists');
    const { data } = reply;
    if (data?.cache_status === 'fallback_revoked') {
      expectTypeOf(data.warning).toEqualTypeOf<string>();
      expectTypeOf(data.warning_code).toEqualTypeOf<'SPOTIFY_TOKEN_REVOKED'>();
    }
    if (data?.cache_status === 'fresh') expectTypeOf(data.warning).toEqualTypeOf<string | undefined>();
    const failure = failureOf(reply);
    if (failure?.code === 'VALIDATION_FAILED') {
      expectTypeOf(failure.details).toEqualTypeOf<{ field: string; reason: string }[]>();
    }
    if (failure?.code === 'FORBIDDEN') expectTypeOf(failure.message).toEqualTypeOf<undefined>();
    // @ts-expect-error: no such code on this route
    expect(failure?.code === 'SELECTION_LIMIT').toBe(false);
    // @ts-expect-error: no such path
    await api.GET('/api/user/nothing');
    // @ts-expect-error: a body has the fields of the contract
    await api.POST('/api/user/artists/toggle', { body: { artist: 'x' } });
  });
});
