import { expect, inject, test, vi } from 'vitest';
import { createClient, failureOf } from '../../shared/client/index.ts';
import { disconnect, showArtists } from '../shared/client/mission-example.ts';
import { aConnectedUser, aToken, H3 } from '../support/a-user.ts';

const stack = inject('stack');

const aScreen = () => ({
  showArtists: vi.fn(),
  showWarningBadge: vi.fn(),
  showReconnectButton: vi.fn(),
  showMessage: vi.fn(),
  tryAgainIn: vi.fn(),
});

test('the typed client shows a list, its revocation, and the end of the connection', async () => {
  const user = await aConnectedUser(stack, { artists: 12 });
  const token = () => aToken(stack, { user: user.id });
  const api = createClient({ baseUrl: stack.apiUrl, token, language: 'en', keptPages: 4 });

  const fresh = aScreen();
  await showArtists(api, fresh);
  await showArtists(api, fresh);
  expect(fresh.showArtists.mock.calls[1]).toEqual(fresh.showArtists.mock.calls[0]);
  expect(fresh.showArtists.mock.calls[0]?.[0]).toHaveLength(10);
  expect(fresh.showWarningBadge).not.toHaveBeenCalled();

  await user.spotify({ mode: 'revoked' });
  await user.age(H3);
  const revoked = aScreen();
  await showArtists(api, revoked);
  expect(revoked.showWarningBadge).toHaveBeenCalledWith('Cached data is shown. Please reconnect to Spotify.');
  expect(revoked.showReconnectButton).toHaveBeenCalledWith('spotify');

  expect((await disconnect(api)).data?.data.status).toBe('disconnected');
  expect(failureOf(await api.GET('/api/user/artists'))?.code).toBe('PLATFORM_NOT_CONNECTED');
});

test('an unchanged page travels as a 304', async () => {
  const user = await aConnectedUser(stack, { artists: 12 });
  const token = await aToken(stack, { user: user.id });
  const statuses: number[] = [];
  const api = createClient({
    baseUrl: stack.apiUrl,
    token,
    keptPages: 4,
    fetch: async (request) => {
      const response = await fetch(request);
      statuses.push(response.status);
      return response;
    },
  });
  // The reply that computed is another: it says that it is not from a copy.
  await api.GET('/api/user/artists');
  const first = await api.GET('/api/user/artists');
  const second = await api.GET('/api/user/artists');

  expect(statuses).toEqual([200, 200, 304]);
  expect(second.data).toEqual(first.data);
  expect(second.response.headers.get('cache-status')).toMatch(/^artists; hit; ttl=\d+$/);
});
