import { describe, expect, it } from 'vitest';
import type { Counts, ErrorCounts, FleetStatistics } from '../../../shared/statistics/read-statistics.ts';
import { recommend, type Severity } from '../../../shared/statistics/recommendations.ts';
import { NOON } from '../../support/a-clock.ts';
import { HOUR } from '../../support/a-recorder.ts';
import { someStatistics } from '../../support/some-statistics.ts';

/** A day on which everything is as it should be, but for what is given. Errors are Spotify's unless told otherwise. */
function aDayWith(counts: Partial<Counts>, more: Partial<FleetStatistics> = {}): FleetStatistics {
  const { errors = 0 } = counts;
  return {
    ...someStatistics({ hits: 1_000, ...counts }),
    errorsByCode: { SPOTIFY_UNAVAILABLE: errors },
    unsweptSinceMs: NOON - HOUR,
    ...more,
  };
}

function aDayWithErrors(errorsByCode: ErrorCounts, counts: Partial<Counts> = {}): FleetStatistics {
  const errors = Object.values(errorsByCode).reduce((sum, count) => sum + count, 0);
  return aDayWith({ ...counts, errors }, { errorsByCode });
}

const sweptHoursAgo = (hours: number) => ({ unsweptSinceMs: NOON - hours * HOUR });

interface Case {
  title: string;
  fires: FleetStatistics;
  code: string;
  severity: Severity;
  fr: RegExp;
  en: RegExp;
  /** Nearly the same, but not worth a word. */
  silent: FleetStatistics;
}

const CASES: Case[] = [
  {
    title: 'a low hit rate by toggles',
    fires: aDayWith({ hits: 900, misses: 100, staleReplaced: 80, firstLists: 10, toggles: 85 }),
    code: 'LOW_HIT_RATE',
    severity: 'warning',
    fr: /^90 % des requêtes .* 85 changements de sélection/,
    en: /^90% of requests .* 85 changes of selection/,
    silent: aDayWith({ hits: 950, misses: 50, staleReplaced: 50, toggles: 50 }),
  },
  {
    title: 'a low hit rate by new users, which is growth',
    fires: aDayWith({ hits: 700, misses: 300, firstLists: 290 }),
    code: 'LOW_HIT_RATE',
    severity: 'info',
    fr: /^70 % .* 290 premières listes/,
    en: /^70% .* 290 first lists/,
    silent: aDayWith({ hits: 10, misses: 9, firstLists: 9 }),
  },
  {
    title: 'a poor hit rate by lists that were computed anew too soon',
    fires: aDayWith({ hits: 700, misses: 300, firstLists: 10, staleReplaced: 10 }),
    code: 'LOW_HIT_RATE',
    severity: 'critical',
    fr: /^70 % .* 280 listes recalculées .*FRESH_SECONDS/,
    en: /^70% .* 280 lists computed anew .*FRESH_SECONDS/,
    silent: aDayWith({ hits: 970, misses: 30 }),
  },
  {
    title: 'a low hit rate by failures',
    fires: aDayWith({ hits: 940, misses: 15, stale: 40, errors: 5 }),
    code: 'LOW_HIT_RATE',
    severity: 'warning',
    fr: /^94 % .* n’a pas pu être recalculée/,
    en: /^94% .* could not be computed anew/,
    silent: aDayWith({ hits: 960, stale: 40 }),
  },
  {
    title: 'many users to reconnect',
    fires: aDayWith({ hits: 960, fallbackRevoked: 60 }),
    code: 'USERS_TO_RECONNECT',
    severity: 'warning',
    fr: /^5,9 % .* se reconnecter/,
    en: /^5\.9% .* reconnect/,
    silent: aDayWith({ fallbackRevoked: 40 }),
  },
  {
    title: 'many old copies for want of Spotify',
    fires: aDayWith({ hits: 1_000, stale: 60 }),
    code: 'MANY_STALE',
    severity: 'warning',
    fr: /^5,7 % .* ancienne copie/,
    en: /^5\.7% .* old copy/,
    silent: aDayWith({ stale: 20 }),
  },
  {
    title: 'rate limits of Spotify',
    fires: aDayWith({ calls: 1_000, rateLimited: 20 }),
    code: 'SPOTIFY_RATE_LIMITED',
    severity: 'warning',
    fr: /2,0 % de nos appels \(429\)/,
    en: /2\.0% of our calls \(429\)/,
    silent: aDayWith({ calls: 1_000, rateLimited: 5 }),
  },
  {
    title: 'a refusal of Spotify',
    fires: aDayWith({ calls: 100, rateLimited: 60 }),
    code: 'SPOTIFY_RATE_LIMITED',
    severity: 'critical',
    fr: /60 % de nos appels/,
    en: /60% of our calls/,
    silent: aDayWith({ calls: 3, rateLimited: 3 }),
  },
  {
    title: 'many errors',
    fires: aDayWith({ errors: 20 }),
    code: 'MANY_ERRORS',
    severity: 'warning',
    fr: /^2,0 % des requêtes échouent .* SPOTIFY_UNAVAILABLE \(20\).*get-artists.*code = "SPOTIFY_UNAVAILABLE"/,
    en: /^2\.0% of requests fail .*: SPOTIFY_UNAVAILABLE \(20\).*get-artists.*code = "SPOTIFY_UNAVAILABLE"/,
    silent: aDayWith({ hits: 50, errors: 2 }),
  },
  {
    title: 'an outage',
    fires: aDayWith({ hits: 2_000, errors: 110 }),
    code: 'MANY_ERRORS',
    severity: 'critical',
    fr: /^5,2 % des requêtes échouent/,
    en: /^5\.2% of requests fail/,
    silent: aDayWith({ hits: 2_000, errors: 19 }),
  },
  {
    title: 'slow computations',
    fires: aDayWith({ computations: 20, computationMs: 20 * 5_250 }),
    code: 'SLOW_COMPUTATIONS',
    severity: 'warning',
    fr: /5,3 s en moyenne/,
    en: /5\.3 s on average/,
    silent: aDayWith({ computations: 9, computationMs: 9 * 20_000 }),
  },
  {
    title: 'a sweep that is late',
    fires: aDayWith({}, sweptHoursAgo(3)),
    code: 'SWEEP_LATE',
    severity: 'warning',
    fr: /depuis 3 h/,
    en: /for 3 h/,
    silent: aDayWith({}, sweptHoursAgo(1.9)),
  },
  {
    title: 'a sweep that is dead',
    fires: aDayWith({}, sweptHoursAgo(6)),
    code: 'SWEEP_LATE',
    severity: 'critical',
    fr: /depuis 6 h/,
    en: /for 6 h/,
    silent: aDayWith({}, { unsweptSinceMs: undefined }),
  },
  {
    title: 'lists that cannot be read',
    fires: aDayWith({ unreadable: 4 }),
    code: 'UNREADABLE_LISTS',
    severity: 'warning',
    fr: /^4 requêtes ont trouvé une liste illisible/,
    en: /^4 requests found a list that could not be read/,
    silent: aDayWith({ unreadable: 0 }),
  },
];

describe.each(CASES)('$title', ({ fires, code, severity, fr, en, silent }) => {
  it.each([
    ['fr', fr],
    ['en', en],
  ] as const)('is named in %s', (locale, message) => {
    expect(recommend(fires, locale)).toContainEqual({
      code,
      severity,
      message: expect.stringMatching(message),
    });
  });

  it('is silent where it is nothing', () => {
    for (const locale of ['fr', 'en'] as const) {
      expect(recommend(silent, locale).map((found) => found.code)).not.toContain(code);
    }
  });
});

it('says nothing on a good day, and nothing when nothing happened', () => {
  expect(recommend(aDayWith({}), 'fr')).toEqual([]);
  expect(recommend(aDayWith({ hits: 0 }, { unsweptSinceMs: undefined }), 'en')).toEqual([]);
});

it('names the gravest first', () => {
  const bad = aDayWith({ hits: 500, misses: 400, firstLists: 400, errors: 100 }, sweptHoursAgo(3));
  const severities = recommend(bad, 'en').map(({ severity }) => severity);
  expect(severities).toEqual(['critical', 'warning', 'info']);
});

describe('what users alone can mend', () => {
  it.each(['PLATFORM_NOT_CONNECTED', 'SPOTIFY_TOKEN_REVOKED', 'SPOTIFY_SCOPE_MISSING'] as const)(
    'raises nothing: %s',
    (code) => {
      expect(recommend(aDayWithErrors({ [code]: 100 }, { hits: 375 }), 'en')).toEqual([]);
    },
  );

  it('keeps nothing silent that is not theirs, and is not named with it', () => {
    const mixed = aDayWithErrors({ PLATFORM_NOT_CONNECTED: 100, COMPUTING: 9, INTERNAL: 11 });
    const [found] = recommend(mixed, 'en');
    expect(found).toMatchObject({ code: 'MANY_ERRORS', severity: 'warning' });
    expect(found?.message).toMatch(/INTERNAL \(11\), COMPUTING \(9\)\./);
    expect(found?.message).not.toContain('PLATFORM_NOT_CONNECTED');
  });

  it('invites revoked users, and blames no hit rate on them', () => {
    const codes = recommend(aDayWith({ hits: 900, fallbackRevoked: 100 }), 'en').map(({ code }) => code);
    expect(codes).toEqual(['USERS_TO_RECONNECT']);
  });
});
