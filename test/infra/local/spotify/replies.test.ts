import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { REPLY_SCHEMAS } from './reply-schemas.ts';
import { startSpotify } from './spotify-harness.ts';

const issuesOf = (schema: v.GenericSchema, value: unknown) =>
  (v.safeParse(schema, value).issues ?? []).map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);

const READS = [
  ['/v1/me', ''],
  ['/v1/me/top/artists', '?limit=50&time_range=long_term'],
  ['/v1/me/top/artists', '?limit=20&offset=40'],
  ['/v1/me/following', '?type=artist&limit=20'],
  ['/v1/me/player/recently-played', '?limit=50'],
  ['/v1/me/player/recently-played', '?after=99999999999999'],
  ['/v1/me/tracks', '?limit=50&offset=100'],
] as const;

describe('where the stand-in claims to be fine, its replies are as Spotify documents them', () => {
  test.each(READS)('%s%s', async (path, query) => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    for (const shape of ['dev', 'legacy']) {
      spotify.accounts.set('alma', { shape });
      expect(issuesOf(REPLY_SCHEMAS[path], (await spotify.api(path + query, tokens)).json)).toEqual([]);
    }
  });

  test('tokens, exchanged, refreshed and rotated', async () => {
    const spotify = await startSpotify();
    const exchanged = await spotify.connect();
    const refreshed = (await spotify.refresh(exchanged.refresh_token)).json;
    spotify.accounts.set('alma', { rotate: true });
    const rotated = (await spotify.refresh(exchanged.refresh_token)).json;
    for (const reply of [exchanged, refreshed, rotated]) {
      expect(issuesOf(REPLY_SCHEMAS['/api/token'], reply)).toEqual([]);
    }
    const refused = (await spotify.refresh(exchanged.refresh_token)).json;
    expect(issuesOf(REPLY_SCHEMAS.tokenError, refused)).toEqual([]);
  });

  test.each(['rate_limited', 'quota', 'unauthorized', 'down'])('the error of %s', async (mode) => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    spotify.accounts.set('alma', { mode });
    expect(issuesOf(REPLY_SCHEMAS.error, (await spotify.api('/v1/me', tokens)).json)).toEqual([]);
  });

  test('and with oddities they are not: the schemas do notice', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect('demo');
    for (const [path, query] of READS.slice(1, 5)) {
      expect(issuesOf(REPLY_SCHEMAS[path], (await spotify.api(path + query, tokens)).json)).not.toEqual([]);
    }
  });
});
