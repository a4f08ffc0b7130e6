import type { ArtistView, CopyStatus } from '../../shared/contract/artists-page.ts';
import type { getArtists, ReplyOf } from '../../shared/contract/routes.ts';
import { warningMessages } from '../../shared/http/messages.ts';

type Reply = ReplyOf<typeof getArtists>;

const ARTISTS: readonly Pick<ArtistView, 'id' | 'name' | 'score' | 'selected'>[] = [
  { id: '70kkdajctXSbqSMJbQO424', name: 'Kacey Musgraves', score: 97.25, selected: true },
  { id: '3QVolfxko2UyCOtexhVTli', name: 'Angèle', score: 91.4, selected: false },
  { id: '4tZwfgrHOc3mvqYlEYSvVi', name: 'Daft Punk', score: 88.02, selected: false },
];

const artists = ARTISTS.map(
  ({ id, name, score, selected }, i): ArtistView => ({
    id,
    name,
    image_url: `https://i.scdn.co/image/ab6761610000e5eb${id.toLowerCase().replace(/[^0-9a-f]/g, '0')}00`,
    url: `https://open.spotify.com/artist/${id}`,
    genres: [],
    score,
    rank: i + 1,
    selected,
    platform: 'spotify',
  }),
);

function page(cached: boolean, status: CopyStatus, shown = artists, number = 0): Reply {
  const pagination = { page: number, limit: 3, total: 137, total_pages: 46, has_next: number < 45 };
  const cached_at = '2026-11-22T12:00:00.000Z';
  return {
    success: true,
    ...status,
    data: { artists: shown, pagination, cached, ...status, cached_at },
  } as Reply;
}

const warned = <TCode extends keyof typeof warningMessages>(code: TCode) => ({
  warning: warningMessages[code].fr,
  warning_code: code,
});

/** The situations of the contract, in its order. */
export const pageExamples: Readonly<Record<string, { summary: string; value: Reply }>> = {
  computed: {
    summary: 'Computed by this request: no copy, or one older than 3 h',
    value: page(false, { cache_status: 'fresh' }),
  },
  fresh: {
    summary: 'From a copy younger than 3 h',
    value: page(true, { cache_status: 'fresh' }),
  },
  reauthorize_soon: {
    summary: 'Fresh, and the consent expires within a month',
    value: page(true, { cache_status: 'fresh', ...warned('REAUTHORIZE_SOON') }),
  },
  stale: {
    summary: 'An old copy, because Spotify is down',
    value: page(true, { cache_status: 'stale', ...warned('SPOTIFY_UNAVAILABLE') }),
  },
  stale_refreshing: {
    summary: 'An old copy, while another request computes the new one',
    value: page(true, { cache_status: 'stale', ...warned('REFRESH_IN_PROGRESS') }),
  },
  fallback_revoked: {
    summary:
      'An old copy, because the consent was revoked or has expired: show a badge, and offer to reconnect',
    value: page(true, { cache_status: 'fallback_revoked', ...warned('SPOTIFY_TOKEN_REVOKED') }),
  },
  past_the_end: {
    summary: 'Past the last page: an empty list with the right total',
    value: page(true, { cache_status: 'fresh' }, [], 46),
  },
};
