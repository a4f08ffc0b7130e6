import type { Locale } from '../http/messages.ts';
import { type PageErrorCode, USER_ERROR_CODES } from '../metrics/names.ts';
import { type Counts, type FleetStatistics, HOUR_MS } from './read-statistics.ts';

export type Severity = 'info' | 'warning' | 'critical';

/** What the figures suggest to an operator. `code` is for programs, `message` for people. */
export interface Recommendation {
  code: string;
  severity: Severity;
  message: string;
}

/** Fewer requests say nothing: a single one would be a rate of 100 %. */
const ENOUGH_REQUESTS = 20;
/** What happened less often than this may be chance, whatever its share. */
const MORE_THAN_CHANCE = 3;
/** Fewer calls to Spotify, likewise: two computations or so. */
const ENOUGH_CALLS = 20;
/** An average over fewer is that of a few users. */
const ENOUGH_COMPUTATIONS = 10;

/** What the cache is built to reach. */
const EXPECTED_HIT_RATE = 0.95;
/** Below it most of the gain is gone: latency and Spotify's quota suffer. */
const POOR_HIT_RATE = 0.8;
/** Consents end after six months, so some users always have to reconnect: about 0.5 % a day. */
const MUCH_FALLBACK = 0.05;
/** Old copies for other reasons: brief overlaps of refreshes stay below it, outages do not. */
const MUCH_STALE = 0.05;
/** A 429 now and then is Spotify's way; beyond 1 % of calls we ask too much, beyond 10 % we are being refused. */
const SOME_RATE_LIMITING = 0.01;
const HEAVY_RATE_LIMITING = 0.1;
/** Of 100 requests one failed: users notice; of 20: an outage. */
const SOME_ERRORS = 0.01;
const MANY_ERRORS = 0.05;
/** A first computation should take 2 to 3 s; a request with an old copy waits 4 s for a new one. */
const SLOW_COMPUTATION_MS = 4_000;
/** The sweep runs every hour: after two it missed one, after six it has missed a whole life of a list. */
const LATE_SWEEP_MS = 2 * HOUR_MS;
const DEAD_SWEEP_MS = 6 * HOUR_MS;

type Localised = Readonly<Record<Locale, string>>;
type Found = ({ severity: Severity } & Localised) | undefined;

/** What the figures suggest, the gravest first; nothing where they are too few to suggest anything. Pure. */
export function recommend(statistics: FleetStatistics, locale: Locale): Recommendation[] {
  return Object.entries(RULES)
    .flatMap(([code, rule]) => {
      const found = rule(statistics);
      return found ? [{ code, severity: found.severity, message: found[locale] }] : [];
    })
    .sort((a, b) => GRAVITY[b.severity] - GRAVITY[a.severity]);
}
const GRAVITY: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

const requestsOf = ({ counts }: FleetStatistics) =>
  counts.hits + counts.misses + counts.stale + counts.fallbackRevoked + counts.errors;

/** The share of all requests; 0 while there are too few of either. */
function shareOf(statistics: FleetStatistics, count: number): number {
  const requests = requestsOf(statistics);
  return requests < ENOUGH_REQUESTS || count < MORE_THAN_CHANCE ? 0 : count / requests;
}

const RULES: Readonly<Record<string, (statistics: FleetStatistics) => Found>> = {
  MANY_ERRORS: manyErrors,
  SWEEP_LATE: lateSweep,
  SPOTIFY_RATE_LIMITED: rateLimited,
  LOW_HIT_RATE: lowHitRate,
  USERS_TO_RECONNECT: usersToReconnect,
  MANY_STALE: oldCopies,
  SLOW_COMPUTATIONS: slowComputations,
  UNREADABLE_LISTS: unreadableLists,
};

const USERS_OWN: ReadonlySet<string> = new Set(USER_ERROR_CODES);

/** The errors that no user can mend, the most frequent first. */
function ownErrors({ errorsByCode }: FleetStatistics): [PageErrorCode, number][] {
  const rows = Object.entries(errorsByCode) as [PageErrorCode, number][];
  return rows.filter(([code]) => !USERS_OWN.has(code)).sort(([, a], [, b]) => b - a);
}

const ownErrorCount = (statistics: FleetStatistics) =>
  ownErrors(statistics).reduce((sum, [, count]) => sum + count, 0);

/** Of the requests of users who are connected: the others can have no hit before they connect. */
function lowHitRate(statistics: FleetStatistics): Found {
  const { counts } = statistics;
  const failures = ownErrorCount(statistics);
  const requests = counts.hits + counts.misses + counts.stale + failures;
  if (requests < ENOUGH_REQUESTS || counts.hits / requests >= EXPECTED_HIT_RATE) return undefined;
  const cause = causeOfMisses(counts, failures);
  // New users cannot be served what was not computed yet: growth is no defect.
  const severity = cause.isGrowth ? 'info' : counts.hits / requests < POOR_HIT_RATE ? 'critical' : 'warning';
  const rate = percent(counts.hits / requests);
  return {
    severity,
    fr: `${rate.fr} des requêtes d’utilisateurs connectés sont servies par le cache, pour plus de 95 % attendus. ${cause.fr}`,
    en: `${rate.en} of requests of connected users are served from the cache, where more than 95% are expected. ${cause.en}`,
  };
}

function usersToReconnect(statistics: FleetStatistics): Found {
  const { fallbackRevoked } = statistics.counts;
  const share = shareOf(statistics, fallbackRevoked);
  if (share < MUCH_FALLBACK) return undefined;
  const rate = percent(share);
  return {
    severity: 'warning',
    fr: `${rate.fr} des requêtes reçoivent une ancienne copie parce que l’accès à Spotify est révoqué ou a expiré. Invitez ces utilisateurs à se reconnecter.`,
    en: `${rate.en} of requests get an old copy because access to Spotify was revoked or has expired. Invite these users to reconnect.`,
  };
}

function oldCopies(statistics: FleetStatistics): Found {
  const share = shareOf(statistics, statistics.counts.stale);
  if (share < MUCH_STALE) return undefined;
  const rate = percent(share);
  return {
    severity: 'warning',
    fr: `${rate.fr} des requêtes reçoivent une ancienne copie en attendant Spotify. Vérifiez l’état de Spotify et la durée des calculs.`,
    en: `${rate.en} of requests get an old copy while Spotify is waited for. Check the status of Spotify and how long computations take.`,
  };
}

function rateLimited({ counts }: FleetStatistics): Found {
  const { calls } = counts;
  const share =
    calls < ENOUGH_CALLS || counts.rateLimited < MORE_THAN_CHANCE ? 0 : counts.rateLimited / calls;
  if (share < SOME_RATE_LIMITING) return undefined;
  const rate = percent(share);
  return {
    severity: share < HEAVY_RATE_LIMITING ? 'warning' : 'critical',
    fr: `Spotify refuse ${rate.fr} de nos appels (429). Demandez un quota étendu ou allongez la durée de fraîcheur.`,
    en: `Spotify refuses ${rate.en} of our calls (429). Ask for an extended quota, or lengthen the fresh window.`,
  };
}

function manyErrors(statistics: FleetStatistics): Found {
  const errors = ownErrors(statistics);
  const share = shareOf(statistics, ownErrorCount(statistics));
  if (share < SOME_ERRORS) return undefined;
  const rate = percent(share);
  const codes = errors.map(([code, count]) => `${code} (${count})`).join(', ');
  const filter = `code = "${errors[0]?.[0]}"`;
  return {
    severity: share < MANY_ERRORS ? 'warning' : 'critical',
    fr: `${rate.fr} des requêtes échouent sans copie utilisable : ${codes}. Chaque échec est dans les journaux de get-artists : filtrez par ${filter}.`,
    en: `${rate.en} of requests fail without a usable copy: ${codes}. Each failure is in the logs of get-artists: filter by ${filter}.`,
  };
}

function slowComputations({ counts }: FleetStatistics): Found {
  if (counts.computations < ENOUGH_COMPUTATIONS) return undefined;
  const averageMs = counts.computationMs / counts.computations;
  if (averageMs < SLOW_COMPUTATION_MS) return undefined;
  const seconds = (averageMs / 1000).toFixed(1);
  return {
    severity: 'warning',
    fr: `Un calcul dure ${seconds.replace('.', ',')} s en moyenne, pour 2 à 3 s attendues. Vérifiez la latence de Spotify et la taille des bibliothèques.`,
    en: `A computation takes ${seconds} s on average, where 2 to 3 s are expected. Check the latency of Spotify and the size of libraries.`,
  };
}

function lateSweep({ toMs, unsweptSinceMs = toMs }: FleetStatistics): Found {
  const lateMs = toMs - unsweptSinceMs;
  if (lateMs < LATE_SWEEP_MS) return undefined;
  const hours = Math.floor(lateMs / HOUR_MS);
  return {
    severity: lateMs < DEAD_SWEEP_MS ? 'warning' : 'critical',
    fr: `Le nettoyage horaire n’a pas eu lieu depuis ${hours} h. Vérifiez son planificateur et la file des échecs.`,
    en: `The hourly sweep has not run for ${hours} h. Check its schedule and the queue of failures.`,
  };
}

function unreadableLists({ counts }: FleetStatistics): Found {
  if (counts.unreadable === 0) return undefined;
  return {
    severity: 'warning',
    fr: `${counts.unreadable} requêtes ont trouvé une liste illisible, qui a été recalculée. Un déploiement mélange-t-il deux formats ?`,
    en: `${counts.unreadable} requests found a list that could not be read, and was computed anew. Does a deployment mix two formats?`,
  };
}

/** One decimal below 10 %, none above. */
function percent(share: number): Localised {
  const digits = share < 0.1 ? 1 : 0;
  const text = (share * 100).toFixed(digits);
  return { fr: `${text.replace('.', ',')} %`, en: `${text}%` };
}

type Cause = { /** How many requests it explains. */ count: number; isGrowth?: true } & Readonly<
  Record<Locale, string>
>;

/**
 * Why requests were no hits: the largest part of them names the cause. Pure.
 *
 * @param failures those that no user could have kept from failing
 */
function causeOfMisses(counts: Counts, failures: number): Cause {
  const causes = [failed(counts.stale + failures), toggled(counts), cameFirst(counts), expired(counts)];
  return causes.reduce((most, cause) => (cause.count > most.count ? cause : most));
}

const failed = (count: number): Cause => ({
  count,
  fr: 'Le plus souvent, la liste n’a pas pu être recalculée : voyez les échecs de Spotify et les erreurs.',
  en: 'Mostly, the list could not be computed anew: see the failures of Spotify and the errors.',
});

const toggled = ({ staleReplaced, toggles }: Counts): Cause => ({
  count: staleReplaced,
  fr: `Cause probable : ${toggles} changements de sélection, dont chacun invalide une liste. Regroupez-les dans l’application.`,
  en: `Likely cause: ${toggles} changes of selection, each of which invalidates a list. Have the app gather them.`,
});

const cameFirst = ({ firstLists }: Counts): Cause => ({
  count: firstLists,
  isGrowth: true,
  fr: `Cause probable : ${firstLists} premières listes, d’utilisateurs nouveaux ou revenus après une longue absence.`,
  en: `Likely cause: ${firstLists} first lists, of users who are new or back after a long absence.`,
});

function expired({ misses, firstLists, staleReplaced }: Counts): Cause {
  const count = Math.max(0, misses - firstLists - staleReplaced);
  return {
    count,
    fr: `Cause probable : ${count} listes recalculées parce que leur durée de fraîcheur était passée. Allongez-la (FRESH_SECONDS).`,
    en: `Likely cause: ${count} lists computed anew because their fresh window was over. Lengthen it (FRESH_SECONDS).`,
  };
}
