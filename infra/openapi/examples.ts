import type { BodyOf, ReplyOf, routes } from '../../shared/contract/routes.ts';
import { pageExamples } from './example-pages.ts';

type Routes = typeof routes;
type Example<T> = { readonly summary: string; readonly value: T };

/** What the document shows of a route: complete, so that a new route without examples does not compile. */
type Examples = {
  readonly [Name in keyof Routes]: {
    readonly reply: Readonly<Record<string, Example<ReplyOf<Routes[Name]>>>>;
  } & (Routes[Name] extends { body: unknown }
    ? { readonly body: Readonly<Record<string, Example<BodyOf<Routes[Name]>>>> }
    : { readonly body?: never });
};

const ARTIST_ID = '70kkdajctXSbqSMJbQO424';
const STATE = 'q3Wv0mX2b1cJ8sYxkUu7dN5rTfLhGzPa4EoKiVwBnMs';
const spotify = { spotify: { summary: 'Spotify', value: { platform_slug: 'spotify' } } };
const consent = { connected_at: '2026-11-22T12:00:00.000Z', reauthorize_by: '2027-05-22T12:00:00.000Z' };

export const examples: Examples = {
  getArtists: { reply: pageExamples },
  toggleArtist: {
    body: {
      select: { summary: 'Select', value: { artist_id: ARTIST_ID, selected: true } },
      flip: { summary: 'Flip', value: { artist_id: ARTIST_ID } },
    },
    reply: {
      selected: {
        summary: 'Selected',
        value: { success: true, data: { artist_id: ARTIST_ID, selected: true } },
      },
    },
  },
  syncArtists: {
    reply: {
      synced: {
        summary: 'Plays since the last sync',
        value: {
          success: true,
          data: { new_plays: 42, artists_updated: 17, synced_at: '2026-11-22T12:00:00.000Z' },
        },
      },
    },
  },
  getProfile: {
    reply: {
      connected: {
        summary: 'Connected',
        value: profile({ status: 'connected', account_id: 'kacey.fan', ...consent }, 'fresh'),
      },
      revoked: {
        summary: 'The consent was revoked; the cached list is still there',
        value: profile({ status: 'revoked', account_id: 'kacey.fan', ...consent }, 'fallback_revoked'),
      },
      disconnected: {
        summary: 'Never connected, or disconnected',
        value: profile({
          status: 'disconnected',
          account_id: null,
          connected_at: null,
          reauthorize_by: null,
        }),
      },
    },
  },
  connectPlatform: {
    body: spotify,
    reply: {
      begun: {
        summary: 'Open `authorization_url` in a browser',
        value: {
          success: true,
          data: {
            authorization_url: `https://accounts.spotify.com/authorize?client_id=…&response_type=code&code_challenge_method=S256&state=${STATE}`,
            state: STATE,
            expires_at: '2026-11-22T12:10:00.000Z',
          },
        },
      },
    },
  },
  completeConnection: {
    body: {
      redirect: {
        summary: 'The code and the state of the redirect',
        value: { platform_slug: 'spotify', code: 'AQBx0m7cV3', state: STATE },
      },
    },
    reply: {
      connected: {
        summary: 'Connected',
        value: { success: true, data: { platform_slug: 'spotify', status: 'connected', ...consent } },
      },
    },
  },
  disconnectPlatform: {
    body: spotify,
    reply: {
      disconnected: {
        summary: 'Disconnected, now or before',
        value: { success: true, data: { platform_slug: 'spotify', status: 'disconnected' } },
      },
    },
  },
  getCacheStats: {
    reply: {
      day: {
        summary: 'A day',
        value: {
          success: true,
          data: {
            window: { from: '2026-11-21T12:00:00.000Z', to: '2026-11-22T12:00:00.000Z' },
            requests: 100_000,
            hits: 95_500,
            misses: 3_000,
            stale: 1_000,
            fallback_revoked: 400,
            errors: 100,
            errors_by_code: { PLATFORM_NOT_CONNECTED: 88, SPOTIFY_UNAVAILABLE: 12 },
            hit_rate: 0.955,
            miss_rate: 0.03,
            stale_rate: 0.014,
            error_rate: 0.001,
            entries: 8_250,
            stale_entries: 310,
            bytes: 61_400_000,
            spotify: {
              computations: 3_000,
              calls: 33_000,
              failures: 120,
              rate_limited: 3,
              revocations: 14,
              avg_computation_ms: 2_140.5,
            },
            latency_ms: {
              hit: { p50: 6, p90: 9, p99: 21 },
              computation: { p50: 2_010, p90: 2_900, p99: 5_400 },
            },
            recommendations: [
              {
                code: 'USERS_TO_RECONNECT',
                severity: 'info',
                message: 'Des utilisateurs lisent une ancienne liste : invitez-les à reconnecter Spotify.',
              },
            ],
            as_of: '2026-11-22T11:59:00.000Z',
          },
        },
      },
    },
  },
};

type Profile = ReplyOf<Routes['getProfile']>;
type Platform = Omit<Profile['data']['platforms'][number], 'platform_slug'>;

function profile(
  platform: Platform,
  cacheStatus?: NonNullable<Profile['data']['artists']>['cache_status'],
): Profile {
  const artists = cacheStatus
    ? { total: 137, cached_at: '2026-11-22T12:00:00.000Z', cache_status: cacheStatus }
    : null;
  return {
    success: true,
    data: { user_id: 'alice', platforms: [{ platform_slug: 'spotify', ...platform }], artists },
  };
}
