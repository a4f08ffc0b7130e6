import * as v from 'valibot';

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
export type PlayReply = v.InferOutput<typeof PlayItem>;

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

/** `before`: the cursor of the page that lies before this one in time. */
export const RecentlyPlayedReply = v.pipe(
  v.object({
    items: fitItems(PlayItem),
    cursors: v.fallback(v.nullish(v.object({ before: v.nullish(v.string()) })), null),
    limit: Said,
    next: SaidText,
  }),
  v.transform(({ items, cursors, next, ...said }) => ({
    ...items,
    ...said,
    next,
    before: cursors?.before || (next && URL.parse(next)?.searchParams.get('before')) || undefined,
  })),
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

/**
 * Why an item of an otherwise good page is left out.
 * - `nothing`: null where an item or its track should be.
 * - `other_kind`: an episode or a show.
 * - `local_file`: a file of the listener's, which Spotify does not know.
 * - `no_id`: it cannot be told from others.
 * - `unfit`: anything else that we need is missing or of another kind.
 */
export type SkipReason = 'nothing' | 'other_kind' | 'local_file' | 'no_id' | 'unfit';

/** Of so many items, all odd, one may be unlucky: more of them are a change of Spotify's interface. */
const FEW = 10;
/** Things that listeners do keep by the dozen. */
const ORDINARY: ReadonlySet<SkipReason> = new Set(['other_kind', 'local_file']);

/**
 * The items of a page that fit; of the others, why not. One odd item never costs the page. A page on which nothing can
 * be read is no page.
 */
function fitItems<TSchema extends v.GenericSchema>(schema: TSchema) {
  return v.pipe(
    v.array(v.unknown()),
    v.transform((given) => {
      const items: v.InferOutput<TSchema>[] = [];
      const skipped: SkipReason[] = [];
      for (const one of given) {
        const fit = v.safeParse(schema, one, { abortEarly: true });
        if (fit.success) items.push(fit.output);
        else skipped.push(reasonOf(one));
      }
      return { items, skipped };
    }),
    v.check(
      ({ items, skipped }) =>
        items.length > 0 || skipped.length <= FEW || skipped.every((reason) => ORDINARY.has(reason)),
    ),
  );
}

/** Of a list within an item those that fit; none where it is no list. */
function fitOnes<TSchema extends v.GenericSchema>(schema: TSchema) {
  return v.pipe(
    v.nullish(v.unknown(), []),
    v.transform((given) =>
      (Array.isArray(given) ? given : []).flatMap((one): v.InferOutput<TSchema>[] => {
        const fit = v.safeParse(schema, one, { abortEarly: true });
        return fit.success ? [fit.output] : [];
      }),
    ),
  );
}

const Described = v.object({
  id: v.optional(v.unknown()),
  type: v.optional(v.unknown()),
  is_local: v.optional(v.unknown()),
});

function reasonOf(item: unknown): SkipReason {
  const entry = v.safeParse(v.object({ track: v.unknown() }), item);
  const described = v.safeParse(Described, entry.success ? entry.output.track : item);
  if (!described.success) return 'nothing';
  const { id, type, is_local } = described.output;
  if (type === 'episode' || type === 'show') return 'other_kind';
  if (is_local === true) return 'local_file';
  return id === undefined || id === null ? 'no_id' : 'unfit';
}
