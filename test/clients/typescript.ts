import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export type CallEnvironment = Record<
  'API_URL' | 'SPOTIFY_URL' | 'ACCOUNT' | 'TOKEN' | 'OPERATOR_TOKEN',
  string
>;

/** What the generator writes, as far as the calls use it. Which shape a reply has, they look at themselves. */
// biome-ignore lint/suspicious/noExplicitAny: its types are only there once it has been generated
type Generated = any;

const tell = (what: string) => process.stdout.write(`TypeScript decoded ${what}\n`);

/** Compiles the generated client as a strict project would, and calls every route with it. */
export async function callTypeScript(directory: string, environment: CallEnvironment): Promise<void> {
  typeCheck(directory);
  const outfile = join(directory, 'client.mjs');
  await build({ entryPoints: [join(directory, 'index.ts')], outfile, bundle: true, format: 'esm' });
  await callEveryRoute(await import(pathToFileURL(outfile).href), environment);
}

function typeCheck(directory: string): void {
  const compilerOptions = {
    target: 'ES2022',
    module: 'ESNext',
    moduleResolution: 'bundler',
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    types: [],
    strict: true,
    noEmit: true,
  };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['**/*.ts'] }));
  const tsc = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', directory], { stdio: 'inherit' });
  assert.equal(status, 0, 'the generated TypeScript compiles');
  process.stdout.write('TypeScript compiled.\n');
}

async function callEveryRoute(generated: Generated, given: CallEnvironment): Promise<void> {
  const configured = (accessToken: string) =>
    new generated.Configuration({ basePath: given.API_URL, accessToken });
  const user = configured(given.TOKEN);
  const artists = new generated.ArtistsApi(user);
  const platforms = new generated.PlatformsApi(user);
  const profile = new generated.ProfileApi(user);

  const failure = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => assert.fail('a failure was expected'),
      (reason: { response: Response }) => reason,
    );
    return generated.FailureFromJSON(await error.response.json());
  };
  const refused = await failure(new generated.ArtistsApi(configured('none')).getArtists());
  assert.ok(refused.message && !refused.error);
  assert.equal((await failure(artists.getArtists())).error.code, 'PLATFORM_NOT_CONNECTED');
  assert.equal((await failure(artists.getArtists({ limit: 0 }))).error.details[0].field, 'limit');
  tell('failures');

  const spotify = { platformSlug: 'spotify' };
  const begun = await platforms.connectPlatform({ connectPlatformRequest: spotify });
  const page = `${begun.data.authorizationUrl}&approve=1&account=${given.ACCOUNT}`;
  const { headers } = await fetch(page, { redirect: 'manual' });
  const back = new URL(headers.get('location') ?? '').searchParams;
  const completeConnectionRequest = { ...spotify, code: back.get('code'), state: back.get('state') };
  const connected = await platforms.completeConnection({ completeConnectionRequest });
  assert.ok(connected.data.connectedAt instanceof Date);
  tell('connect, connect/complete');

  const { data, cacheStatus, warning } = await artists.getArtists();
  assert.deepEqual([cacheStatus, warning, data.artists.length], ['fresh', undefined, 10]);
  const toggleArtistRequest = { artistId: data.artists[0].id, selected: true };
  assert.equal((await artists.toggleArtist({ toggleArtistRequest })).data.selected, true);
  assert.ok((await artists.syncArtists()).data.newPlays >= 0);
  assert.equal((await profile.getProfile()).data.platforms[0].status, 'connected');
  tell('a page, toggle, sync, profile');

  const body = JSON.stringify({ mode: 'revoked' });
  await fetch(`${given.SPOTIFY_URL}/_control/accounts/${given.ACCOUNT}`, { method: 'PUT', body });
  assert.equal((await artists.getArtists()).warningCode, 'SPOTIFY_TOKEN_REVOKED');
  await platforms.disconnectPlatform({ disconnectPlatformRequest: spotify });
  assert.equal((await profile.getProfile()).data.artists, null);
  const statistics = new generated.CacheApi(configured(given.OPERATOR_TOKEN));
  assert.ok((await statistics.getCacheStats()).data.requests >= 0);
  tell('an old page, disconnect, a profile without a list, statistics');
}
