import { listRequests, pageIn } from './outcome.ts';
import type { LogLine, RequestLine } from './types.ts';

/** What there is to see, in the order in which it makes sense; at its end all is well, and the cache has proved itself. */
export const STEPS = ['computed', 'cached', 'revoked', 'reconnected', 'outage', 'well', 'load'] as const;
export type Step = (typeof STEPS)[number];

/** The share of hits from which on a load has shown what it is for. */
const GOOD_SHARE = 0.95;

interface Situation {
  readonly seen: readonly string[];
  /** How the stand-in behaves; undefined with the real Spotify, of which it is not known. */
  readonly mode: string | undefined;
  /** The requests, this one included. */
  readonly log: readonly LogLine[];
}

/** The steps that were seen once this request is over: those alone that it shows. */
export function seenAfter({ seen, mode, log }: Situation, line: RequestLine): readonly string[] {
  const { outcome, warningCode } = line;
  const isSo = (wanted: string) => mode === undefined || mode === wanted;
  const shown: Readonly<Partial<Record<Step, boolean>>> = {
    computed: outcome === 'miss',
    cached: outcome === 'hit' && hasTurned(log, line),
    revoked: outcome === 'fallback_revoked' && isSo('revoked'),
    outage: outcome === 'stale' && warningCode === 'SPOTIFY_UNAVAILABLE' && isSo('down'),
    well: outcome === 'miss' && isSo('ok') && seen.includes('outage'),
  };
  return withSteps(seen, ...STEPS.filter((step) => shown[step]));
}

/** Whether a person has turned to another page than the one before; a load reads pages at random. */
function hasTurned(log: readonly LogLine[], line: RequestLine): boolean {
  const read = listRequests(log).filter(({ isOfLoad }) => !isOfLoad);
  const before = read[read.findIndex(({ id }) => id === line.id) - 1];
  return !line.isOfLoad && before !== undefined && pageIn(before.path) !== pageIn(line.path);
}

export function withSteps(seen: readonly string[], ...steps: readonly Step[]): readonly string[] {
  const added = steps.filter((step) => !seen.includes(step));
  return added.length === 0 ? seen : [...seen, ...added];
}

/** A load that was served by the cache, of the fresh copy. */
export function isGoodLoad(lines: readonly RequestLine[]): boolean {
  const hits = lines.filter(({ outcome }) => outcome === 'hit').length;
  return lines.length > 0 && hits / lines.length >= GOOD_SHARE;
}

/** What the story wants to end above, with room for what others ask meanwhile and for what is not counted yet. */
const AIMED_SHARE = 0.98;
const FEWEST_REQUESTS = 100;

/** How many hits lift the hit rate of the fleet to where it belongs. */
export function loadToEndWell(stats: { requests: number; hits: number } | undefined, most: number): number {
  const { requests = 0, hits = 0 } = stats ?? {};
  const missing = Math.ceil((AIMED_SHARE * requests - hits) / (1 - AIMED_SHARE));
  return Math.min(most, Math.max(FEWEST_REQUESTS, missing));
}
