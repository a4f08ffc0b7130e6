import type { Artist } from '../../artist.ts';
import { type BitReader, type BitWriter, readBits, writeBits } from './bits.ts';
import { isCompactId } from './ids.ts';

const ARTIST_URL = 'https://open.spotify.com/artist/';
const IMAGE_URL = 'https://i.scdn.co/image/';
/** What the hash of an artist's image of 640 pixels starts with. */
const WIDEST_IMAGE = 'ab6761610000e5eb';
const IMAGE = /^https:\/\/i\.scdn\.co\/image\/(?:(ab6761610000e5eb)[0-9a-f]{24}|[0-9a-f]{40})$/;

/** How an image is stored: 24 digits of its hash, all 40, nothing (there is none), or the address as a text. */
type ImageForm = 'widest' | 'hashed' | 'none' | 'given';
const IMAGE_FORMS: readonly ImageForm[] = ['widest', 'hashed', 'none', 'given'];

/** Hexadecimal digits of an image in the column of hashes: two a byte. */
export const HASH_DIGITS: Readonly<Record<ImageForm, number>> = { widest: 24, hashed: 40, none: 0, given: 0 };

/** What is particular to an artist; what is `given` is stored in full, the rest follows from a rule. */
export interface Shape {
  selected: boolean;
  image: ImageForm;
  givesUrl: boolean;
  givesGenres: boolean;
  givesId: boolean;
}

/** The link that an id implies. */
export function artistUrl(id: string): string {
  return ARTIST_URL + id;
}

export function shapeOf({ id, image_url, url, genres, selected }: Artist): Shape {
  return {
    selected,
    image: imageForm(image_url),
    givesUrl: url !== artistUrl(id),
    givesGenres: genres.length > 0,
    givesId: !isCompactId(id),
  };
}

/** Two bits for the usual artist (unusual?, selected?), seven for the others. */
export function writeShape(
  writer: BitWriter,
  { selected, image, givesUrl, givesGenres, givesId }: Shape,
): void {
  const unusual = image !== 'widest' || givesUrl || givesGenres || givesId;
  writeBits(writer, Number(unusual), 1);
  writeBits(writer, Number(selected), 1);
  if (!unusual) return;
  writeBits(writer, IMAGE_FORMS.indexOf(image), 2);
  for (const given of [givesUrl, givesGenres, givesId]) writeBits(writer, Number(given), 1);
}

export function readShape(reader: BitReader): Shape {
  const unusual = readBits(reader, 1) === 1;
  const selected = readBits(reader, 1) === 1;
  const bits = unusual ? readBits(reader, 5) : 0;
  return {
    selected,
    image: IMAGE_FORMS[bits >>> 3] as ImageForm,
    givesUrl: (bits & 0b100) !== 0,
    givesGenres: (bits & 0b010) !== 0,
    givesId: (bits & 0b001) !== 0,
  };
}

/** What of an image belongs to the column of hashes. */
export function hashDigits(url: string | null, { image }: Shape): string {
  return HASH_DIGITS[image] === 0 || url === null ? '' : url.slice(-HASH_DIGITS[image]);
}

export function imageUrl(form: 'widest' | 'hashed', digits: string): string {
  return (form === 'widest' ? IMAGE_URL + WIDEST_IMAGE : IMAGE_URL) + digits;
}

function imageForm(url: string | null): ImageForm {
  if (url === null) return 'none';
  const match = IMAGE.exec(url);
  if (match === null) return 'given';
  return match[1] === undefined ? 'hashed' : 'widest';
}
