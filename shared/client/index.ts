/** What the package `artists-cache-client` exports. */
export { type ArtistsClient, type ClientOptions, createClient } from './create-client.ts';
export { ArtistsApiError, dataOf, type FailureOf, failureOf, type GatewayFailure } from './failure.ts';
export { isOffline } from './keep-pages.ts';
export { keptPagesKey, type PageStorage } from './page-store.ts';
export { type Artist, type ArtistsPage, type NextArtists, type PagesOptions, pages } from './pages.ts';
export type { components, paths } from './schema.d.ts';
export type { Token } from './send.ts';
