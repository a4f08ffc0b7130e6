import type { Locale } from '../http/messages.ts';
import type { Counts } from './read-statistics.ts';

type Cause = { /** How many requests it explains. */ count: number; isGrowth?: true } & Readonly<
  Record<Locale, string>
>;

/**
 * Why requests were no hits: the largest part of them names the cause. Pure.
 *
 * @param failures those that no user could have kept from failing
 */
export function causeOfMisses(counts: Counts, failures: number): Cause {
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
