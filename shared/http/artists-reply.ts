import { createHash } from 'node:crypto';
import type { Answer } from '../cache/answer.ts';
import type { ArtistView, CopyStatus, WarningCode } from '../contract/artists-page.ts';
import type { DataOf, getArtists } from '../contract/routes.ts';
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
  const status = copyStatus(answer, request);
  return new Reply(
    body(answer, status, request),
    {
      'cache-control': 'private, no-cache',
      // Two clocks may disagree by a moment: nothing is younger than new.
      age: String(Math.max(0, secondsBetween(answer.copy.timestampMs, request.nowMs))),
      'cache-status': cacheStatus(answer, request),
    },
    etag(answer, status, request),
  );
}

function copyStatus(answer: Answer, { nowMs, locale }: Page): CopyStatus {
  const warn = <TCode extends WarningCode>(code: TCode) => ({
    warning: warningMessages[code][locale],
    warning_code: code,
  });
  switch (answer.cacheStatus) {
    case 'fresh': {
      const fromMs = answer.copy.reauthorizeSoonFromMs;
      const soon = fromMs !== undefined && nowMs >= fromMs;
      return { cache_status: 'fresh', ...(soon && warn('REAUTHORIZE_SOON')) };
    }
    case 'stale':
      return { cache_status: 'stale', ...warn(answer.warningCode) };
    case 'fallback_revoked':
      return { cache_status: 'fallback_revoked', ...warn(answer.warningCode) };
  }
}

function body({ copy, cached }: Answer, status: CopyStatus, { page, limit }: Page) {
  const firstRank = page * limit + 1;
  const data: Omit<DataOf<typeof getArtists>, keyof CopyStatus> = {
    artists: copy.artists.map((artist, i): ArtistView => ({ ...artist, rank: firstRank + i })),
    pagination: paginate(copy.total, page, limit),
    cached,
    cached_at: new Date(copy.timestampMs).toISOString(),
  };
  return { success: true, ...status, data: { ...data, ...status } };
}

/** Where a page stands in a list of `total`. */
function paginate(total: number, page: number, limit: number) {
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

/** A strong validator: it covers everything that makes a difference in the body (RFC 9110, 8.8.1). */
function etag({ fence, cached }: Answer, status: CopyStatus, { page, limit, locale }: Page): string {
  const covered = [fence, page, limit, cached, status.cache_status, status.warning_code, locale].join('|');
  return createHash('sha256').update(covered).digest('base64url').slice(0, 27);
}
