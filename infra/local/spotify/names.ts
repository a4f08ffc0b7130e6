import { digest, spotifyId } from './base62.ts';

/** Artists that exist, with their real ids. */
const REAL_ARTISTS: readonly (readonly [id: string, name: string])[] = [
  ['70kkdajctXSbqSMJbQO424', 'Kacey Musgraves'],
  ['4oLeXFyACqeem2VImYeBFe', 'Fred again..'],
  ['5Pb27ujIyYb33zBqVysBkj', 'RÜFÜS DU SOL'],
  ['2YZyLoL8N0Wb9xBt1NhZWg', 'Kendrick Lamar'],
];

/** Invented names, each of a kind that has broken a list. */
const AWKWARD_NAMES = [
  'L’Étoile d’Été',
  "O'Hara & the D'Angelos",
  'Señor Ñandú',
  'Ólafur Þór & Ægir',
  'Dvořákův Stín',
  'İstanbul Işıkları',
  'Đèn Lồng Đỏ',
  'Ψηφιακή Νύχτα',
  'Оркестр белых ночей',
  '夜の図書館',
  '서울의 새벽',
  '月光邮差',
  'نجوم الصحراء',
  'כוכבי הלילה',
  'ทะเลสีคราม',
  'दिल की धुन',
  '🌶️ Hot Sauce Club 🎺',
  '👨‍👩‍👧‍👦 Family Band',
  '𝕯𝖆𝖗𝖐 𝕸𝖆𝖙𝖙𝖊𝖗 𝕮𝖍𝖔𝖎𝖗',
  'DJ سلام & the Left-to-Rights',
  'Cafe\u0301 du Port',
  '"Quotes" <and> Brackets',
  'Back\\slash',
  '100 % Pure; DROP TABLE artists',
  '???',
  '7',
  'null',
  'constructor',
  'The Unreasonably Long-Named Philharmonic Orchestra and Choir of the United Upper Valleys, with the Children of the Lower Valleys, Conducted from Memory by Whoever Happened to Be Awake (Live, Remastered)',
] as const;

/** Artists that every catalogue shares: the four real ones first, then the awkward names. */
export const FEATURED_ARTISTS: ReadonlyMap<string, string> = new Map([
  ...REAL_ARTISTS,
  ...AWKWARD_NAMES.map((name) => [spotifyId(`awkward artist ${name}`), name] as const),
]);

const FIRST_WORDS =
  'Amber Arctic Autumn Basement Blue Borrowed Broken Cardinal Carbon Copper Coral Crimson Crystal Daylight Distant Double Dusty Early Electric Empty Fading Feral Floating Foreign Gentle Glass Golden Granite Half Harbor Hidden Hollow Honey Indigo Iron Ivory Jade Lantern Late Little Lonesome Lunar Magnetic Marble Midnight Mirror Modern Nocturnal Northern Ocean Paper Parallel Pale Plastic Quiet Radiant Rolling Rusty Sapphire Scarlet Second Secret Silent Silver Slow Solar Static Stolen Summer Sudden Tender Thousand Tidal Tin Twin Upstairs Vacant Velvet Violet Wandering Western Wild Winter Wooden Yellow'.split(
    ' ',
  );
const LAST_WORDS =
  'Alphabet Animals Archive Atlas Avenue Balcony Bears Bicycle Birds Boulevard Bridges Cabin Cathedral Causeway Choir Cinema Circuit Club Coast Colony Compass Current Echoes Elevator Empire Engine Envelope Fables Ferry Fields Flowers Foxes Garden Ghosts Giants Harvest Heart Horizon Hotel Hours Island Kites Ladder Letters Library Lights Machine Market Meadow Memory Mountain Museum Notebook Orchard Palace Parade Pilots Planet Postcards Quarter Radio Rivers Rooftops Sailors Satellites Season Shadows Signals Sirens Sisters Sparrows Stairs Station Stories Strangers Sundays Swimmers Telephone Theatre Thunder Tigers Tourists Trains Valley Voyage Weather Windows Wolves'.split(
    ' ',
  );
const GIVEN_NAMES =
  'Ada Amélie Anaïs Bastien Björn Camille Chiara Daniela Elias Émile Faïza Freya Goran Hana Ines Ivo Jonas Júlia Kenji Lars Léa Lucía Maëlle Marek Mina Nadia Noé Oksana Otto Paloma Quentin Rafael Rosa Saoirse Sven Tariq Théo Ulla Vera Wojtek Xavi Yara Zoé'.split(
    ' ',
  );

const PATTERNS: readonly ((first: string, last: string, given: string) => string)[] = [
  (first, last) => `${first} ${last}`,
  (first, last) => `The ${first} ${last}`,
  (first, last, given) => `${given} & the ${first} ${last}`,
  (first, last, given) => `${given} ${first}-${last}`,
  (first, last) => `${last} of the ${first}`,
  (first, last, given) => `${first} ${given}, ${last}`,
];

/** The name of the artist with this id: the same for every account, as on Spotify. */
export function artistName(id: string): string {
  return FEATURED_ARTISTS.get(id) ?? inventedName(id);
}

/** The name of the track or album with this id. */
export function titleOf(id: string): string {
  const [first, last] = words(id);
  return `${first} ${last}`;
}

function inventedName(id: string): string {
  const [first, last, given, pattern] = words(id);
  return pattern(first, last, given);
}

function words(id: string) {
  const bits = digest(`name ${id}`);
  const choose = <Item>(items: readonly Item[], from: number): Item => {
    const item = items[Number.parseInt(bits.slice(from, from + 8), 16) % items.length];
    if (item === undefined) throw new Error('a word list is empty');
    return item;
  };
  return [
    choose(FIRST_WORDS, 0),
    choose(LAST_WORDS, 8),
    choose(GIVEN_NAMES, 16),
    choose(PATTERNS, 24),
  ] as const;
}
