import { createHash } from 'node:crypto';
import type { Answer } from '../cache/answer.ts';
import type { ReplyOf } from '../contract/route.ts';
import type { getArtists } from '../contract/routes.ts';
import type { ArtistView, WarningCode } from '../contract/schemas.ts';
import { type Locale, warningMessages } from './messages.ts';
import { Reply } from './reply.ts';

/** What of the request and its moment shows in the reply. */
interface Page {
  page: number;
  limit: number;
  locale: Locale;
  nowMs: number;
  /** How long a copy is fresh. */
  freshMs: number;
}

/** The reply of `GET /api/user/artists`, its `Age`, `Cache-Status` (RFC 9211) and `ETag` included. */
export function artistsReply(answer: Answer, request: Page): Reply {
  const warningCode = answer.warningCode ?? dueReauthorization(answer, request.nowMs);
  return new Reply(
    body(answer, warningCode, request),
    {
      'cache-control': 'private, no-cache',
      // Two clocks may disagree by a moment: nothing is younger than new.
      age: String(Math.max(0, secondsBetween(answer.copy.timestampMs, request.nowMs))),
      'cache-status': cacheStatus(answer, request),
    },
    etag(answer, warningCode, request),
  );
}

/** The hint that the consent is about to expire never displaces what is wrong now. */
function dueReauthorization({ copy }: Answer, nowMs: number): WarningCode | undefined {
  const fromMs = copy.reauthorizeSoonFromMs;
  return fromMs !== undefined && nowMs >= fromMs ? 'REAUTHORIZE_SOON' : undefined;
}

function body(answer: Answer, warningCode: WarningCode | undefined, { page, limit, locale }: Page) {
  const { copy } = answer;
  const status = {
    cache_status: answer.cacheStatus,
    ...(warningCode && { warning: warningMessages[warningCode][locale], warning_code: warningCode }),
  };
  const firstRank = page * limit + 1;
  const reply: ReplyOf<typeof getArtists> = {
    success: true,
    ...status,
    data: {
      artists: copy.artists.map((artist, i): ArtistView => ({ ...artist, rank: firstRank + i })),
      pagination: paginate(copy.total, page, limit),
      cached: answer.cached,
      ...status,
      cached_at: new Date(copy.timestampMs).toISOString(),
    },
  };
  return reply;
}

/** Where a page stands in a list of `total`. */
export function paginate(total: number, page: number, limit: number) {
  const totalPages = Math.ceil(total / limit);
  return { page, limit, total, total_pages: totalPages, has_next: page + 1 < totalPages };
}

/** RFC 9211: what the cache named `artists` did. `ttl` is what is left of the freshness, negative when it is over. */
function cacheStatus({ copy, cached, cacheStatus, ...answer }: Answer, { nowMs, freshMs }: Page): string {
  if (!cached) return `artists; fwd=${answer.forwarded}${answer.stored ? '; stored' : ''}`;
  const left = secondsBetween(nowMs, copy.timestampMs + freshMs);
  // A list that was marked as stale has no freshness left, however young it is.
  const ttl = cacheStatus === 'fresh' ? left : Math.min(left, 0);
  return `artists; hit; ttl=${ttl}${answer.warningCode ? `; detail=${answer.warningCode}` : ''}`;
}

const secondsBetween = (fromMs: number, toMs: number) => Math.floor((toMs - fromMs) / 1000);

/** Everything that makes a difference to the reader, `cached` excepted: whoever computed sees the same list. */
function etag(answer: Answer, warningCode: WarningCode | undefined, { page, limit, locale }: Page): string {
  const covered = [answer.fence, page, limit, answer.cacheStatus, warningCode, locale].join('|');
  return createHash('sha256').update(covered).digest('base64url').slice(0, 27);
}
