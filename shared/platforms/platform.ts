import { UnknownPlatform } from '../errors.ts';

/** The platforms there are. */
export const SPOTIFY = 'spotify';

/** @throws UnknownPlatform for any other than `spotify`. */
export function requireKnownPlatform(slug: string): typeof SPOTIFY {
  if (slug !== SPOTIFY) throw new UnknownPlatform('the platform is not supported');
  return SPOTIFY;
}
