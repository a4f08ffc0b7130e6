import * as v from 'valibot';
import { fitItems, fitOnes } from './items.ts';

/*
 * What we read of Spotify's replies, and nothing more: other fields may come and go. Two shapes of artists are in use:
 * applications in development mode get no genres, followers or popularity since February 2026, the others still do.
 */

/** 22 characters, base62: what everything after this relies on. */
const Id = v.pipe(v.string(), v.regex(/^[0-9A-Za-z]{22}$/));

/** Links that an app may open: nothing else of a reply becomes one. */
const HttpsUrl = v.pipe(
  v.string(),
  v.check((text) => URL.parse(text)?.protocol === 'https:'),
);
const Image = v.object({ url: HttpsUrl, width: v.fallback(v.nullish(v.number()), null) });

/** Only the id and the name must be there; what else is missing or odd counts as not given. */
export const ArtistItem = v.object({
  type: v.nullish(v.literal('artist')),
  id: Id,
  name: v.pipe(
    v.string(),
    v.check((text) => text.trim() !== ''),
  ),
  images: fitOnes(Image),
  genres: fitOnes(v.string()),
  external_urls: v.fallback(v.nullish(v.object({ spotify: v.nullish(v.string()) })), null),
});
export type ArtistReply = v.InferOutput<typeof ArtistItem>;

/** A track by the artists that it credits: without any it is of no use. Those of local files have a name and no id. */
const TrackItem = v.object({
  id: v.fallback(v.nullish(v.string()), null),
  artists: v.pipe(fitOnes(ArtistItem), v.minLength(1)),
});

export const SavedTrackItem = v.object({ track: TrackItem });
export type SavedTrackReply = v.InferOutput<typeof SavedTrackItem>;

export const PlayItem = v.object({
  played_at: v.pipe(
    v.string(),
    v.check((text) => !Number.isNaN(Date.parse(text))),
  ),
  track: TrackItem,
});

/** A number that may be missing, null or nonsense: then the reply does not say. */
const Said = v.fallback(v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))), undefined);
const SaidText = v.fallback(v.nullish(v.string()), null);

/** A list by offset, and what it says of itself. */
function offsetPage<TItem extends v.GenericSchema>(item: TItem) {
  return v.pipe(
    v.object({ items: fitItems(item), limit: Said, offset: Said, total: Said, next: SaidText }),
    v.transform(({ items, ...rest }) => ({ ...items, ...rest })),
  );
}

export const TopArtistsReply = offsetPage(ArtistItem);
export const SavedTracksReply = offsetPage(SavedTrackItem);

export const FollowedArtistsReply = v.pipe(
  v.object({
    artists: v.object({
      items: fitItems(ArtistItem),
      cursors: v.fallback(v.nullish(v.object({ after: v.nullish(v.string()) })), null),
      limit: Said,
      total: Said,
      next: SaidText,
    }),
  }),
  v.transform(({ artists: { items, cursors, ...rest } }) => ({ ...items, ...rest, after: cursors?.after })),
);

export const RecentlyPlayedReply = v.pipe(
  v.object({ items: fitItems(PlayItem) }),
  v.transform(({ items }) => items),
);

const AccountId = v.nullish(v.pipe(v.string(), v.minLength(1)));

/** Accounts are told apart by `account_id`, which never changes; older replies only have `id`. One of them is there. */
export const OwnProfileReply = v.pipe(
  v.object({ account_id: AccountId, id: AccountId }),
  v.check(({ account_id, id }) => (account_id ?? id) != null),
);

/** RFC 6749, 5.1: `scope` and `refresh_token` may be left out; empty they say as little. */
export const TokensReply = v.object({
  access_token: v.pipe(v.string(), v.minLength(1)),
  token_type: v.pipe(v.string(), v.regex(/^bearer$/i)),
  scope: v.nullish(v.string(), ''),
  refresh_token: v.nullish(v.string(), ''),
});

/** RFC 6749, 5.2. The description is for people and changes. */
export const TokenErrorReply = v.object({ error: v.string() });

export const ApiErrorReply = v.object({ error: v.object({ message: v.string() }) });

/** A 429 that is a quota's says so. */
export const LimitReply = v.object({ error: v.object({ reason: v.string() }) });
