import { allRoutes } from '../shared/contract/routes.ts';
import { type FunctionName, functionNamed } from './functions.ts';

/** Requests per second over all users, and how many may come at one moment. Beyond it: 429 from the gateway. */
export interface RateLimit {
  readonly rateLimit: number;
  readonly burstLimit: number;
}

/** The peak that the service is planned for, also of the pages of artists, which are nearly all requests. */
export const defaultLimit: RateLimit = { rateLimit: 5_000, burstLimit: 2_500 };

/** A person taps: a small part of those who read. */
const TAPPED: RateLimit = { rateLimit: 500, burstLimit: 250 };
/** Each calls Spotify, which limits the whole application. */
const CALLS_SPOTIFY: RateLimit = { rateLimit: 100, burstLimit: 50 };
/** Reads many partitions, and is for a few operators. */
const HEAVY: RateLimit = { rateLimit: 5, burstLimit: 10 };
/** The one way in without a token: nothing of value is behind it, and it must not cost much. */
const OPEN: RateLimit = { rateLimit: 50, burstLimit: 50 };

const limits: Readonly<Partial<Record<FunctionName, RateLimit>>> = {
  'toggle-artist': TAPPED,
  'get-profile': TAPPED,
  'sync-artists': CALLS_SPOTIFY,
  'connect-platform': CALLS_SPOTIFY,
  'complete-connection': CALLS_SPOTIFY,
  'disconnect-platform': CALLS_SPOTIFY,
  'get-cache-stats': HEAVY,
};

/** Every route with a limit of its own; the others have the default one. */
export const routeLimits: readonly { readonly routeKey: string; readonly limit: RateLimit }[] = [
  ...allRoutes.flatMap(({ method, path, functionName }) => {
    const limit = limits[functionNamed(functionName)];
    return limit === undefined ? [] : [{ routeKey: `${method} ${path}`, limit }];
  }),
  { routeKey: '$default', limit: OPEN },
];
