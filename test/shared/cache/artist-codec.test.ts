import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Artist } from '../../../shared/artist.ts';
import { CHUNK_SIZE, decodeChunk, encodeChunks } from '../../../shared/cache/artist-codec.ts';
import { splitIntoItems } from '../../../shared/cache/parts.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';
import { UNUSUAL, USUAL } from './unusual-artists.ts';

/** DynamoDB counts 3 bytes for a list and 1 for each element. */
const LIST_BYTES = 3;
const ELEMENT_BYTES = 1;

const BASE62 = [...'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const HEX = [...'0123456789abcdef'];
const joined = (characters: readonly string[], length: number) =>
  fc
    .array(fc.constantFrom(...characters), { minLength: length, maxLength: length })
    .map((all) => all.join(''));

/** Any UTF-16 units: among them halves of surrogate pairs. */
const anyString = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units));
const text = fc.oneof(anyString, fc.string(), fc.string({ unit: 'grapheme' }), fc.webUrl());

/** Whatever a later release may add to an artist. JSON has no negative zero. */
const jsonValue = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);

const anyArtist: fc.Arbitrary<Artist> = fc
  .record({
    id: fc.oneof(joined(BASE62, 22), text),
    name: text,
    image: fc.oneof(
      joined(HEX, 24).map((hash) => `https://i.scdn.co/image/ab6761610000e5eb${hash}`),
      joined(HEX, 40).map((hash) => `https://i.scdn.co/image/${hash}`),
      fc.constant(null),
      text,
    ),
    url: fc.option(text, { nil: undefined }),
    genres: fc.oneof(
      fc.constant<string[]>([]),
      fc.array(fc.oneof(fc.constantFrom('country', 'uk dance'), text)),
    ),
    score: fc.oneof(
      fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((score) => !Object.is(score, -0)),
    ),
    selected: fc.boolean(),
    platform: fc.oneof(fc.constant('spotify'), fc.constantFrom('deezer', ''), text),
    unknown: fc.dictionary(text, jsonValue, { maxKeys: 3 }),
  })
  .map(({ image, url, unknown, ...artist }) => ({
    ...unknown,
    ...artist,
    image_url: image,
    url: url ?? `https://open.spotify.com/artist/${artist.id}`,
    platform: artist.platform as 'spotify',
  }));

const decodeAll = (chunks: readonly Uint8Array[]): Artist[] => chunks.flatMap(decodeChunk);
const storedBytes = (chunks: readonly Uint8Array[]): number =>
  chunks.reduce((sum, chunk) => sum + chunk.length + ELEMENT_BYTES, LIST_BYTES);
const onlyChunk = (artists: readonly Artist[]): Uint8Array => encodeChunks(artists)[0] ?? new Uint8Array();

describe('what is stored comes back', () => {
  it('cuts a list into chunks of consecutive artists', () => {
    const artists = realisticArtists(2 * CHUNK_SIZE + 3);
    const chunks = encodeChunks(artists);
    expect(chunks.map((chunk) => decodeChunk(chunk).length)).toEqual([CHUNK_SIZE, CHUNK_SIZE, 3]);
    expect(decodeChunk(chunks[1] ?? new Uint8Array())).toStrictEqual(
      artists.slice(CHUNK_SIZE, 2 * CHUNK_SIZE),
    );
  });

  it('has no chunk for an empty list', () => {
    expect(encodeChunks([])).toEqual([]);
  });

  it('gives back 10,000 realistic artists', () => {
    const artists = realisticArtists(10_000);
    expect(decodeAll(encodeChunks(artists))).toStrictEqual(artists);
  });

  it('gives back every artist that the type allows, exactly', () => {
    fc.assert(
      fc.property(fc.array(anyArtist, { maxLength: 2 * CHUNK_SIZE }), (artists) => {
        expect(decodeAll(encodeChunks(artists))).toStrictEqual(artists);
      }),
      { numRuns: 300 },
    );
  });

  it('gives back what no rule covers: ids, links, images, genres, scores, platforms and fields unknown here', () => {
    expect(decodeAll(encodeChunks(UNUSUAL))).toStrictEqual(UNUSUAL);
  });

  it('gives back every score of two decimals as the same double', () => {
    const artists = realisticArtists(10_001).map((artist, i) => ({ ...artist, score: (10_000 - i) / 100 }));
    const rising = artists.toReversed();
    expect(
      decodeAll(encodeChunks(artists)).every(({ score }, i) => Object.is(score, artists[i]?.score)),
    ).toBe(true);
    expect(decodeAll(encodeChunks(rising)).every(({ score }, i) => Object.is(score, rising[i]?.score))).toBe(
      true,
    );
  });

  it('gives back names and links of any length', () => {
    const artists = realisticArtists(2).map((artist) => ({
      ...artist,
      name: 'Long name '.repeat(20_000),
      url: '無限'.repeat(20_000),
    }));
    expect(decodeAll(encodeChunks(artists))).toStrictEqual(artists);
  });

  it('reads a chunk that lies within a larger buffer', () => {
    const chunk = onlyChunk(USUAL);
    const larger = new Uint8Array(chunk.length + 20).fill(0xa5);
    larger.set(chunk, 7);
    expect(decodeChunk(larger.subarray(7, 7 + chunk.length))).toStrictEqual(USUAL);
    expect(decodeChunk(Buffer.from(chunk))).toStrictEqual(USUAL);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses a score of %s',
    (score) => {
      expect(() => encodeChunks([{ ...realisticArtists(1)[0], score } as Artist])).toThrow(TypeError);
    },
  );
});

describe('what it weighs', () => {
  it.each([50, 500, 10_000])(
    'takes at most 40.5 bytes an artist in a list of %i, list overhead included',
    (count) => {
      expect(storedBytes(encodeChunks(realisticArtists(count))) / count).toBeLessThanOrEqual(40.5);
    },
  );

  it('keeps 9,800 artists in one item', () => {
    expect(splitIntoItems(encodeChunks(realisticArtists(9_800)))).toHaveLength(1);
  });

  it('adds at most 3 bytes an artist for two frequent genres each', () => {
    const bare = realisticArtists(500);
    const legacy = bare.map((artist) => ({ ...artist, genres: ['country', 'uk dance'] }));
    const added = storedBytes(encodeChunks(legacy)) - storedBytes(encodeChunks(bare));
    expect(added / bare.length).toBeLessThanOrEqual(3);
  });
});
