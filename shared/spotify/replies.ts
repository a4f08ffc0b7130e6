import * as v from 'valibot';
import {
  ApplicationTrouble,
  type PlatformBucket,
  PlatformRateLimited,
  PlatformUnavailable,
  type TroubleReason,
} from '../errors.ts';
import { LimitReply } from './schemas.ts';

/** What a client is told to wait; as long as the back-off of one user. */
const RETRY_SECONDS = 30;

interface Circumstances {
  cause?: unknown;
  bucket?: PlatformBucket | undefined;
  /** What the reply's `Retry-After` asks for. */
  toldSeconds?: number | undefined;
}

/** Spotify is down, slow or makes no sense. `message` carries nothing of a request or a reply. */
export function unavailable(message: string, circumstances: Circumstances = {}): PlatformUnavailable {
  const retryAfterSeconds = Math.max(RETRY_SECONDS, circumstances.toldSeconds ?? 0);
  return new PlatformUnavailable(message, { ...circumstances, retryAfterSeconds });
}

/** As `unavailable`, but waiting mends nothing: an operator must look at our application. */
export const ofOurDoing = (reason: TroubleReason, message: string, bucket?: PlatformBucket) =>
  unavailable(message, { cause: new ApplicationTrouble(reason), bucket });

export interface SpotifyReply {
  status: number;
  headers: Headers;
  /** UTF-8 text, at most 2 MB. Never to be logged: it may hold tokens. */
  body: string;
}

/** The JSON of a body, or undefined when it is none. The parser's error quotes the body, so it goes no further. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * What a reply says, checked. Fields that the schema does not know are left out.
 *
 * @throws PlatformUnavailable naming the first field that does not fit, never its value.
 */
export function parseReply<TSchema extends v.GenericSchema>(
  schema: TSchema,
  body: string,
  bucket?: PlatformBucket,
): v.InferOutput<TSchema> {
  const result = v.safeParse(schema, parseJson(body), { abortEarly: true });
  if (result.success) return result.output;
  const where = v.getDotPath(result.issues[0]) ?? 'the top';
  throw unavailable(`Spotify answered nonsense at ${where}`, { bucket });
}

/** When Spotify does not say how long: as long as its own window for counting calls. */
const DEFAULT_SECONDS = 30;
const MAX_SECONDS = 24 * 3600;

/** Seconds to wait after a reply, 1 to 86,400, whichever status it has; undefined when it does not say so, or nonsense. */
export function toldToWaitSeconds({ headers }: Pick<SpotifyReply, 'headers'>, nowMs: number) {
  return parseRetryAfter(headers.get('retry-after'), nowMs);
}

/** What a 429 means: until when, and for whom. 30 s where `Retry-After` is absent or nonsense. */
export function rateLimited(
  reply: Pick<SpotifyReply, 'headers' | 'body'>,
  bucket: PlatformBucket,
  nowMs: number,
): PlatformRateLimited {
  const said = v.safeParse(LimitReply, parseJson(reply.body));
  const reason = said.success && said.output.error.reason === 'QUOTA_EXCEEDED' ? 'quota' : 'rate_limit';
  return new PlatformRateLimited('Spotify limits our calls', {
    retryAfterSeconds: toldToWaitSeconds(reply, nowMs) ?? DEFAULT_SECONDS,
    reason,
    bucket,
  });
}

/** `Retry-After`: whole seconds, or a date (RFC 9110, 10.2.3). */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  const seconds = /^\d+$/.test(text) ? Number(text) : secondsUntil(text, nowMs);
  if (seconds === undefined) return undefined;
  return Math.min(Math.max(seconds, 1), MAX_SECONDS);
}

function secondsUntil(date: string, nowMs: number): number | undefined {
  const dateMs = httpDateMs(date, nowMs);
  return dateMs === undefined ? undefined : Math.ceil((dateMs - nowMs) / 1000);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const LONG_DAY = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)';

/** The three forms of a date that RFC 9110, 5.6.7, has every recipient accept. */
const HTTP_DATES = [
  new RegExp(`^${DAY}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^${LONG_DAY}, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`),
  new RegExp(`^${DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
];

function httpDateMs(text: string, nowMs: number): number | undefined {
  for (const form of HTTP_DATES) {
    const parts = form.exec(text)?.groups;
    if (!parts) continue;
    const { year = '', month = '' } = parts;
    const [day, hour, minute, second] = [parts.day, parts.hour, parts.minute, parts.second].map(Number);
    const fullYear = year.length === 2 ? fullYearOf(Number(year), nowMs) : Number(year);
    const dayMs = Date.UTC(fullYear, MONTHS.indexOf(month), day);
    // The 31st of a shorter month would be a day of the next.
    if (new Date(dayMs).getUTCDate() !== day) return undefined;
    return dayMs + (((hour ?? 0) * 60 + (minute ?? 0)) * 60 + (second ?? 0)) * 1000;
  }
  return undefined;
}

/** Two digits that seem to be more than 50 years ahead are those of the past (RFC 9110, 5.6.7). */
function fullYearOf(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}
