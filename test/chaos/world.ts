import type { Windows } from '../../shared/cache/entry.ts';
import type { Chronicle } from './chronicle.ts';
import type { Kills } from './kills.ts';
import type { createSpotifyWatch } from './spotify-watch.ts';
import type { createStorageWeather } from './storage-weather.ts';
import type { createStoreWatch } from './store-watch.ts';

/** What everybody in a run shares. */
export interface World {
  readonly apiUrl: string;
  readonly spotifyUrl: string;
  readonly chronicle: Chronicle;
  readonly windows: Windows;
  readonly kills: Kills;
  readonly weather: ReturnType<typeof createStorageWeather>;
  readonly store: ReturnType<typeof createStoreWatch>;
  readonly spotify: ReturnType<typeof createSpotifyWatch>;
  /** The ids of all artists of an account. */
  artistsOf(account: string): ReadonlySet<string>;
  /** Whether it has more saved tracks than are read. */
  isHuge(account: string): boolean;
  /** What a function has logged of a request. */
  logOf(functionName: string, requestId: string): Promise<string>;
  /** For how long a computation that was handed over may still ask Spotify. */
  readonly backgroundMs: number;
}
