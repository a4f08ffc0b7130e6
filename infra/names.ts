import type { Config } from './config.ts';

export const SERVICE = 'artists-cache';

export const METRICS_NAMESPACE = 'ArtistsCache';

/** The name of a resource in its account and region, for instance `artists-cache-dev-sweep`. */
export function nameOf({ stage }: Pick<Config, 'stage'>, part: string): string {
  return `${SERVICE}-${stage}-${part}`;
}
