/// <reference types="spotify-api" />
import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  type ArtistItem,
  type FollowedArtistsReply,
  OwnProfileReply,
  type PlayItem,
  RecentlyPlayedReply,
  type SavedTrackItem,
  type SavedTracksReply,
  TopArtistsReply,
} from '../../../shared/spotify/schemas.ts';

describe("Spotify's published types fit what we expect", () => {
  test('lists', () => {
    expectTypeOf<SpotifyApi.UsersTopArtistsResponse>().toExtend<v.InferInput<typeof TopArtistsReply>>();
    expectTypeOf<SpotifyApi.UsersSavedTracksResponse>().toExtend<v.InferInput<typeof SavedTracksReply>>();
    expectTypeOf<SpotifyApi.UsersFollowedArtistsResponse>().toExtend<
      v.InferInput<typeof FollowedArtistsReply>
    >();
    expectTypeOf<SpotifyApi.UsersRecentlyPlayedTracksResponse>().toExtend<
      v.InferInput<typeof RecentlyPlayedReply>
    >();
    expectTypeOf<SpotifyApi.CurrentUsersProfileResponse>().toExtend<v.InferInput<typeof OwnProfileReply>>();
  });

  test('their items', () => {
    expectTypeOf<SpotifyApi.ArtistObjectFull>().toExtend<v.InferInput<typeof ArtistItem>>();
    expectTypeOf<SpotifyApi.SavedTrackObject>().toExtend<v.InferInput<typeof SavedTrackItem>>();
    expectTypeOf<SpotifyApi.PlayHistoryObject>().toExtend<v.InferInput<typeof PlayItem>>();
  });
});

const page = (items: unknown[]) => ({ items, total: items.length, next: null });
const artist = (fields: object) => ({ id: '70kkdajctXSbqSMJbQO424', name: 'Kacey Musgraves', ...fields });

describe('what Spotify has been seen to send', () => {
  test.each([
    ['of development mode', artist({ images: [], external_urls: {}, href: '', type: 'artist', uri: '' })],
    [
      'of before',
      artist({ images: [], genres: ['country'], popularity: 80, followers: { href: null, total: 1 } }),
    ],
    ['with nothing but a name', artist({})],
    ['with nulls', artist({ images: null, genres: null, external_urls: null })],
  ])('artists %s', (_, shown) => {
    expect(v.parse(TopArtistsReply, page([shown]))).toMatchObject({ items: [{ images: [] }], skipped: [] });
  });

  test('an empty page of plays has no cursors', () => {
    const empty = { items: [], cursors: null, next: null };
    expect(v.parse(RecentlyPlayedReply, empty)).toMatchObject({ items: [], skipped: [] });
  });

  test('a profile of before has no account_id', () => {
    expect(v.parse(OwnProfileReply, { id: 'demo' })).toEqual({ id: 'demo' });
    expect(v.safeParse(OwnProfileReply, { id: '' }).success).toBe(false);
  });
});
