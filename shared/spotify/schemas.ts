import * as v from 'valibot';

/*
 * What we read of Spotify's replies, and nothing more: other fields may come and go. Two shapes of artists are in use:
 * applications in development mode get no genres, followers or popularity since February 2026, the others still do.
 */

/** 22 characters, base62: what everything after this relies on. */
const Id = v.pipe(v.string(), v.regex(/^[0-9A-Za-z]{22}$/));

const Image = v.object({ url: v.string(), width: v.nullish(v.number()) });

const ArtistReply = v.object({
  id: Id,
  name: v.string(),
  images: v.nullish(v.array(Image), []),
  genres: v.nullish(v.array(v.string()), []),
  external_urls: v.nullish(v.object({ spotify: v.nullish(v.string()) })),
});
export type ArtistReply = v.InferOutput<typeof ArtistReply>;

/** Artists of local files have a name and no id. */
const CreditReply = v.object({ ...ArtistReply.entries, id: v.nullable(Id) });

const TrackReply = v.object({ id: v.nullish(v.string()), artists: v.array(CreditReply) });

/** A list by offset. `next` only says whether there is more: where, we know ourselves. */
function offsetPage<TItem extends v.GenericSchema>(item: TItem) {
  return v.object({
    items: v.array(item),
    offset: v.optional(v.number()),
    total: v.pipe(v.number(), v.integer(), v.minValue(0)),
    next: v.nullable(v.string()),
  });
}

export const TopArtistsReply = offsetPage(ArtistReply);

/** A track that Spotify lost is null. */
export const SavedTracksReply = offsetPage(v.object({ track: v.nullable(TrackReply) }));

export const FollowedArtistsReply = v.object({
  artists: v.object({
    items: v.array(ArtistReply),
    cursors: v.nullish(v.object({ after: v.nullish(v.string()) })),
    next: v.nullable(v.string()),
  }),
});

export const RecentlyPlayedReply = v.object({
  items: v.array(
    v.object({
      played_at: v.pipe(
        v.string(),
        v.check((text) => !Number.isNaN(Date.parse(text))),
      ),
      track: v.nullable(TrackReply),
    }),
  ),
});

/** Accounts are told apart by `account_id`, which never changes; older replies only have `id`. */
export const OwnProfileReply = v.object({
  account_id: v.nullish(v.pipe(v.string(), v.minLength(1))),
  id: v.pipe(v.string(), v.minLength(1)),
});

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
