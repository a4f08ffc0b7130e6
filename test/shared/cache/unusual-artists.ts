import type { Artist } from '../../../shared/artist.ts';

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
    ...artist('7zzzzzzzzzzzzzzzzzzzzz', 'half a pair \ud83d, a whole one 🔥', '', -0.01),
    image_url: 'https://i.scdn.co/image/f8c793519d837ca2f920c561535fe62ef32e8e5b',
    selected: true,
  },
  {
    ...artist('0000000000000000000000', 'a'.repeat(40), 'ABCDEF', 1e300),
    image_url: 'http://127.0.0.1:8080/ä.png?size=640',
  },
  { ...artist('7zzzzzzzzzzzzzzzzzzzzz', 'of another platform', '', 50), platform: 'deezer' as 'spotify' },
  {
    ...artist('ZZZZZZZZZZZZZZZZZZZZZZ', 'with fields of a later release', '0123456789abcdef01234567', 50),
    ...{ popularity: 61, aliases: ['Prince', null], ['__proto__']: { deep: true } },
  },
];
