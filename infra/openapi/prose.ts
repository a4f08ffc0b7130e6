import type { routes } from '../../shared/contract/routes.ts';

export const OVERVIEW = `
Every Spotify artist of a user, sorted by score: computed once per three hours, served in milliseconds, honest when
Spotify is not there.

**Who asks.** \`Authorization: Bearer\` with a JWT. The user is its claim \`sub\`: no path, query or body names one.

**Replies.** \`{ "success": true, "data": … }\`, or \`{ "success": false, "error": { "code", "message", "request_id",
"details"? } }\`. Branch on \`code\`, \`cache_status\` and \`warning_code\`, never on text. API Gateway itself answers
\`{ "message": … }\` where this document says so.

**Languages.** Messages are in French, or in English when asked for by \`Accept-Language\`.

**What may change.** Replies may gain fields, and lists of codes may gain codes, at any time: ignore what you do not
know. A string with \`x-extensible-enum\` lists the codes of today. Requests are strict: a field that this document does
not name is refused.

**Trying again.** A 503 of the service says when by \`Retry-After\`; without it, wait a second, and longer each time.

**Anything else** is 404 \`NOT_FOUND\`, or 405 \`METHOD_NOT_ALLOWED\` where another method would do: see
\`x-default-responses\`.

Every reply of the service also carries \`Strict-Transport-Security\`, \`X-Content-Type-Options\`,
\`Content-Security-Policy\` and \`Referrer-Policy\`. Every \`POST\` may be sent with any \`Content-Type\`: the body is read
as JSON, of 10 KB at most.
`.trim();

export const TAGS = [
  { name: 'Artists', description: 'The list, and what the user chooses in it' },
  { name: 'Platforms', description: 'Connecting Spotify, and disconnecting it' },
  { name: 'Profile', description: 'The state of things, without touching them' },
  { name: 'Cache', description: 'For those who run the service' },
] as const;

interface Prose {
  readonly tag: (typeof TAGS)[number]['name'];
  readonly description: string;
}

/** More than a summary; complete, so that a new route without words does not compile. */
export const prose: Readonly<Record<keyof typeof routes, Prose>> = {
  getArtists: {
    tag: 'Artists',
    description: `Served from the cache while the copy is younger than 3 h (\`fresh\`). Older, it is computed anew;
when that cannot be, the old copy is served up to 6 h of age, with a warning: \`stale\`, or \`fallback_revoked\` when the
user has to reconnect. Send the \`ETag\` as \`If-None-Match\` to get a 304 instead of the same page. Past the last page:
an empty list with the right total.`,
  },
  toggleArtist: {
    tag: 'Artists',
    description: `Sets \`selected\`, or flips it when it is left out. From this reply on no reader is shown the old
selection: the next read computes anew, or lays the new selection over the old copy.`,
  },
  syncArtists: {
    tag: 'Artists',
    description: 'Feeds the next computation. The cached list stays as it is.',
  },
  getProfile: { tag: 'Profile', description: 'Never calls Spotify, never changes the cache.' },
  connectPlatform: {
    tag: 'Platforms',
    description: `Open \`authorization_url\` in a browser. Spotify sends the user back with \`code\` and \`state\`, for
\`connect/complete\`, within 10 minutes.`,
  },
  completeConnection: {
    tag: 'Platforms',
    description: 'A state works once, and for its user only. The cached list is deleted.',
  },
  disconnectPlatform: {
    tag: 'Platforms',
    description:
      'Idempotent. From then on the list is `PLATFORM_NOT_CONNECTED` until the user connects again.',
  },
  getCacheStats: {
    tag: 'Cache',
    description:
      '`hits + misses + stale + fallback_revoked + errors = requests`, exactly, over the whole fleet.',
  },
};

/** Lines are wrapped for the source; in the document a paragraph is one line. */
export const unwrapped = (text: string) => text.replace(/([^\n])\n(?!\n)/g, '$1 ');
