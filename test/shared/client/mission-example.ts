import { type ArtistsClient, failureOf } from '../../../shared/client/index.ts';

/** What the app's screen can do. */
export interface Screen {
  showArtists(names: readonly string[]): void;
  showWarningBadge(warning: string): void;
  showReconnectButton(platform: string): void;
  showMessage(message: string): void;
  tryAgainIn(seconds: number): void;
}

export async function showArtists(api: ArtistsClient, screen: Screen): Promise<void> {
  const reply = await api.GET('/api/user/artists', { params: { query: { page: 0, limit: 10 } } });
  const { data } = reply;
  if (data) {
    screen.showArtists(data.data.artists.map((artist) => artist.name));
    if (data.cache_status === 'fallback_revoked') {
      screen.showWarningBadge(data.warning);
      screen.showReconnectButton('spotify');
    }
    return;
  }
  const failure = failureOf(reply);
  switch (failure?.code) {
    case 'SPOTIFY_TOKEN_REVOKED':
    case 'SPOTIFY_SCOPE_MISSING':
      for (const { platform_slug } of failure.details) screen.showReconnectButton(platform_slug);
      break;
    case 'PLATFORM_NOT_CONNECTED':
      screen.showReconnectButton('spotify');
      break;
    default:
      screen.tryAgainIn(failure?.retryAfterSeconds ?? 1);
  }
  if (failure?.message) screen.showMessage(failure.message);
}

export const disconnect = (api: ArtistsClient) =>
  api.POST('/api/user/platforms/disconnect', { body: { platform_slug: 'spotify' } });
