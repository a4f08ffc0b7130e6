import * as v from 'valibot';

/*
 * What an application may rely on in Spotify's replies, from its public reference: the five reads and the token endpoint,
 * with the fields that matter here. Strict about kinds, open to further fields.
 */

const Id = v.pipe(v.string(), v.regex(/^[0-9A-Za-z]{22}$/));
const Uri = (kind: string) => v.pipe(v.string(), v.regex(new RegExp(`^spotify:${kind}:[^:]+$`)));
const Web = v.object({ spotify: v.pipe(v.string(), v.regex(/^https:\/\/open\.spotify\.com\//)) });
const Link = v.pipe(v.string(), v.url());
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Limit = v.pipe(Count, v.minValue(1), v.maxValue(50));
const DateTime = v.pipe(v.string(), v.isoTimestamp());

const Image = v.object({ url: Link, width: v.nullable(Count), height: v.nullable(Count) });

const SimpleArtist = v.object({
  external_urls: Web,
  href: Link,
  id: Id,
  name: v.pipe(v.string(), v.minLength(1)),
  type: v.literal('artist'),
  uri: Uri('artist'),
});

/** `genres`, `followers` and `popularity` are there or not, all together. */
const FullArtist = v.object({
  ...SimpleArtist.entries,
  images: v.array(Image),
  genres: v.optional(v.array(v.string())),
  popularity: v.optional(v.pipe(Count, v.maxValue(100))),
  followers: v.optional(v.object({ href: v.null(), total: Count })),
});

const Track = v.object({
  album: v.object({ id: Id, name: v.string(), images: v.array(Image), artists: v.array(SimpleArtist) }),
  artists: v.pipe(v.array(SimpleArtist), v.minLength(1)),
  duration_ms: Count,
  explicit: v.boolean(),
  external_urls: Web,
  id: Id,
  is_local: v.literal(false),
  name: v.string(),
  type: v.literal('track'),
  uri: Uri('track'),
});

const offsetPage = <TItem extends v.GenericSchema>(item: TItem) =>
  v.object({
    href: Link,
    items: v.array(item),
    limit: Limit,
    next: v.nullable(Link),
    offset: Count,
    previous: v.nullable(Link),
    total: Count,
  });

export const REPLY_SCHEMAS = {
  '/v1/me': v.object({
    account_id: v.string(),
    display_name: v.nullable(v.string()),
    external_urls: Web,
    id: v.string(),
    images: v.array(Image),
    type: v.literal('user'),
    uri: Uri('user'),
  }),
  '/v1/me/top/artists': offsetPage(FullArtist),
  '/v1/me/following': v.object({
    artists: v.object({
      cursors: v.object({ after: v.nullable(Id) }),
      href: Link,
      items: v.array(FullArtist),
      limit: Limit,
      next: v.nullable(Link),
      total: Count,
    }),
  }),
  '/v1/me/player/recently-played': v.object({
    cursors: v.nullable(v.object({ after: v.string(), before: v.string() })),
    href: Link,
    items: v.array(v.object({ context: v.null(), played_at: DateTime, track: Track })),
    limit: Limit,
    next: v.nullable(Link),
  }),
  '/v1/me/tracks': offsetPage(v.object({ added_at: DateTime, track: Track })),
  '/api/token': v.object({
    access_token: v.pipe(v.string(), v.minLength(1)),
    token_type: v.literal('Bearer'),
    scope: v.string(),
    expires_in: v.literal(3600),
    refresh_token: v.optional(v.pipe(v.string(), v.minLength(1))),
  }),
  error: v.strictObject({
    error: v.strictObject({ status: Count, message: v.string(), reason: v.optional(v.string()) }),
  }),
  tokenError: v.strictObject({ error: v.string(), error_description: v.string() }),
} as const;
