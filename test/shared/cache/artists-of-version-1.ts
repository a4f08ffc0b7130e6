import type { Artist } from '../../../shared/artist.ts';

/*
 * Chunks as the first release wrote them. Never to be written anew: lists in the store look like this, and every
 * later release must read them.
 */

function artist(id: string, name: string, hash: string, score: number): Artist {
  return {
    id,
    name,
    image_url: `https://i.scdn.co/image/ab6761610000e5eb${hash}`,
    url: `https://open.spotify.com/artist/${id}`,
    genres: [],
    score,
    selected: false,
    platform: 'spotify',
  };
}

/** What Spotify gives in development mode. */
export const USUAL: readonly Artist[] = [
  artist('2YZyLoL8N0Wb9xBt1NhZWg', 'Kendrick Lamar', '39ba6dcd4355c03de0b50918', 97.25),
  { ...artist('4oLeXFyACqeem2VImYeBFe', 'Fred again..', 'f82fbd9f1b4a9b3a1f3d9c02', 88.1), selected: true },
  artist('5Pb27ujIyYb33zBqVysBkj', 'RÜFÜS DU SOL', '1f7ee03d9a3c4d1be26c10aa', 88.1),
  { ...artist('70kkdajctXSbqSMJbQO424', 'Kacey Musgraves', '', 0.07), image_url: null },
];

/** What no rule covers: one exception or more in each field. */
export const UNUSUAL: readonly Artist[] = [
  {
    ...artist('zzzzzzzzzzzzzzzzzzzzzz', '宇多田ヒカル', '0123456789abcdef01234567', 12.345),
    genres: ['j-pop', 'uk dance'],
  },
  { ...artist('', '', '', 100), url: 'not a link', image_url: '', genres: ['', 'gothic symphonic metal'] },
  {
    ...artist('7zzzzzzzzzzzzzzzzzzzzz', 'half a pair \ud83d, a whole one 🔥', '', -0),
    image_url: 'https://i.scdn.co/image/f8c793519d837ca2f920c561535fe62ef32e8e5b',
    selected: true,
  },
  {
    ...artist('0000000000000000000000', 'a'.repeat(40), 'ABCDEF', 1e300),
    image_url: 'http://127.0.0.1:8080/ä.png?size=640',
  },
];

export const USUAL_BYTES =
  '0141285cbfa726001e4c6b93d8b1eec83feda66df89706bcfa2108b9e86fff912ef1ab6416012b1dd1ac85c01e07073a74a0' +
  'a5e985a73603c8c1ff809d862d9976e396ce66d4a58fb079215269b44f43316484e9d0f0cd687bfcd867d2dddf742ed22f1d' +
  '0a89be025c67b2ddc039ba6dcd4355c03de0b50918f82fbd9f1b4a9b3a1f3d9c021f7ee03d9a3c4d1be26c10aa8ed9';
export const UNUSUAL_BYTES =
  '014877f458fa0145851eb851eb8a710c0000000000000005f8df90f22001d673c2c530b14c2c530b14c2c530b14c2c520000' +
  '0000000000000000000000000000fa3dbdbdbdbdbdbdbdbdbdbdbdbdbdbdbdbdbdbdbdbda3ca9196e1d6469d4c0c348c2acc' +
  '3afcaf869f91e03e62d11f49b07bed1701f3eb2ec712c7a4d83df51ba4a75ca5294a5294a5294a5294a5294a5294a5294a52' +
  '94a5294a526f8f373c07ca83a0f2be1e31d3d87b6f5fdd8cfc4f61e27b0f13bbeee8d46f6df8bcefccd73f6b88eefd67b9f6' +
  'ec0860685f2bdf9bd6267e7716e9593133e2774e000123456789abcdef01234567f8c793519d837ca2f920c561535fe62ef3' +
  '2e8e5bb856';
