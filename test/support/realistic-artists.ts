import { type Artist, byScoreThenId } from '../../shared/artist.ts';
import { createRandom, type Random } from './random.ts';

const BASE62 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Parts of names, chosen apart from the names that the codec's table was trained on. */
const words = (text: string): readonly string[] => text.split(' ');
const FIRST_NAMES = words(
  'Nadia Oliver Mathilde Théo Ximena Kwame Ingrid Søren Priya Hugo Anaïs Dmitri Wanda Gonzalo Freya Idris Maeve ' +
    'Callum Noémie Zeynep Rufus Yasmin Tobias Élodie Bruna Lucho Hanna Ewan Marguerite Otis Paloma Viktor Imani ' +
    'Jasper Léonie Rashid Giulia Declan Aïcha Femi Astrid Quentin Renée Stellan Mercy Pablo Ondine Wyatt Zoë Cosmo',
);
const LAST_NAMES = words(
  'Bramble Okonkwo Lindqvist Vasquez Delacroix Hawthorne Müller Nakagawa Petrov Sandoval Fairweather Kowalski ' +
    'Achebe Rousseau Thornton Ibáñez Grønlund Whitlock Moreau Castellanos Abernathy Pham Bergström Oduya Fontaine ' +
    'Marsh Delgado Wójcik Ellery Quintana Hargreaves Lefèvre Tanaka Björnsson Mbeki Ravenscroft Silva Dumont ' +
    'Cartwright Yılmaz Solberg Pereira Winslow Kaur Beaumont Novák Holloway Ferreira Lund Oyelaran',
);
const NOUNS = words(
  'Lantern Harbour Velvet Comet Orchard Signal Tiger Mirror Paper Static Canyon Ribbon Marble Falcon Engine ' +
    'Meadow Satellite Cathedral Gravel Ember Pelican Voltage Blanket Monsoon Arcade Thistle Cobra Domino Glacier ' +
    'Saffron Parade Anchor Hotel Kingdom Vapor Plaza Oyster Radio Candle Sugar Bandit Window Machine Wolves',
);
const ADJECTIVES = words(
  'Silent Crooked Electric Golden Hollow Pale Midnight Northern Sleepy Broken Distant Neon Crimson Lucky Frozen ' +
    'Tender Wild Burning Magnetic Quiet Bitter Young Lonely Plastic Little Infinite Dusty Solar Strange Heavy',
);
const SYLLABLES = words(
  'ka lo mi ren zu ta vi no sha del qua ori ya mo fen tri sol ne ba xi ru on ell ix ara um eko jin va lys thu',
);
const OTHER_SCRIPTS = words(
  '林夜雨 中村ひかり ゆらゆら帝国 夜のラジオ 青い電車 김도윤 새벽빛 한강밴드 Мираж Белый_Шум Сплин Ночные_Огни محمود_درويش ليل Αλκυόνη ' +
    'דניאל_כהן ประกาย 草東沒有派對 落日飛車 サカナクション',
).map((name) => name.replaceAll('_', ' '));
const EMOJI = words('🔥 🌙 💜 👽 🌈');

/**
 * A list as the service stores it, sorted, the same for the same arguments: names of about 12 characters (2.5 % in
 * other scripts, some accents, capitals and emoji), random ids of 128 bits and hashes, 3 % without an image, no
 * genres, scores falling from about 98 to about 0.5 with ties, a tenth selected.
 */
export function realisticArtists(count: number, seed = 1): Artist[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => realisticArtist(random)).sort(byScoreThenId);
}

function realisticArtist(random: Random): Artist {
  const id = randomId(random);
  const image = `https://i.scdn.co/image/ab6761610000e5eb${randomHex(random, 24)}`;
  return {
    id,
    name: randomName(random),
    image_url: random.next() < 0.03 ? null : image,
    url: `https://open.spotify.com/artist/${id}`,
    genres: [],
    score: Math.round((0.5 + 97.5 * random.next() ** 2.2) * 100) / 100,
    selected: random.next() < 0.1,
    platform: 'spotify',
  };
}

function randomName(random: Random): string {
  const { pick, below } = random;
  const kind = random.next() * 100;
  if (kind < 33) return `${pick(FIRST_NAMES)} ${pick(LAST_NAMES)}`;
  if (kind < 42) return `The ${pick(ADJECTIVES)} ${pick(NOUNS)}s`;
  if (kind < 50) return `The ${pick(NOUNS)}s`;
  if (kind < 60) return `${pick(ADJECTIVES)} ${pick(NOUNS)}`;
  if (kind < 68) return pick(NOUNS);
  if (kind < 78) return capitalised(coined(random, 2 + below(3)));
  if (kind < 83) return coined(random, 2 + below(2)).toUpperCase();
  if (kind < 86) return pick(NOUNS).toLowerCase();
  if (kind < 90) return `${pick(['DJ', 'Lil', 'MC', 'Big', 'Kid'])} ${capitalised(coined(random, 2))}`;
  if (kind < 94) return `${pick(FIRST_NAMES)} & the ${pick(NOUNS)}s`;
  if (kind < 96) return `${pick(NOUNS)} ${below(100)}`;
  if (kind < 97) return `${pick(NOUNS)} ${pick(EMOJI)}`;
  if (kind < 97.5) return pick(FIRST_NAMES).replaceAll('e', '3').replaceAll('a', '$');
  return pick(OTHER_SCRIPTS);
}

function coined(random: Random, syllables: number): string {
  return Array.from({ length: syllables }, () => random.pick(SYLLABLES)).join('');
}

function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** A number of 128 bits in base62, 22 digits: Spotify's ids are just that. */
function randomId(random: Random): string {
  let rest = BigInt(`0x${randomHex(random, 32)}`);
  let id = '';
  for (let digit = 0; digit < 22; digit++) {
    id = BASE62.charAt(Number(rest % 62n)) + id;
    rest /= 62n;
  }
  return id;
}

function randomHex(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => random.below(16).toString(16)).join('');
}
