/** Spotify's rule of 2026: a refresh token dies six months after the consent; refreshing does not prolong it. */
const CONSENT_MONTHS = 6;
/** From then on the user is asked to renew it. */
const REMIND_AFTER_MONTHS = 5;

/** When the consent ends, epoch milliseconds. */
export const reauthorizeByMs = (authorizedAtMs: number): number =>
  monthsAfter(authorizedAtMs, CONSENT_MONTHS);

/** From when on the user should renew it, epoch milliseconds. */
export const reauthorizeSoonFromMs = (authorizedAtMs: number): number =>
  monthsAfter(authorizedAtMs, REMIND_AFTER_MONTHS);

/** The same day and time (UTC) `months` later; the last day of the month where it is shorter. */
function monthsAfter(fromMs: number, months: number): number {
  const date = new Date(fromMs);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + months);
  // 31 August + 6 months overflows into March: day 0 is the last of the month before.
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  return date.getTime();
}
