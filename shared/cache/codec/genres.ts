import { type BitReader, type BitWriter, readBits, readCount, writeBits, writeCount } from './bits.ts';
import { readText, writeText } from './text.ts';

/** Frequent genres of Spotify's legacy shape, one byte each. Frozen with version 1: the position is what is stored. */
export const GENRES: readonly string[] = [
  'pop,rock,rap,hip hop,r&b,latin,country,metal,jazz,classical,electronic,edm,house,techno,trance,folk',
  'indie,soul,funk,blues,punk,reggae,reggaeton,k-pop,j-pop,dance pop,uk dance,electropop,indie pop,indie rock,' +
    'alternative rock,classic rock',
  'hard rock,modern rock,pop rock,soft rock,album rock,folk rock,garage rock,psychedelic rock,progressive rock,' +
    'art rock,art pop,glam rock,blues rock,punk rock,pop punk,post-punk',
  'new wave,britpop,madchester,shoegaze,dream pop,grunge,emo,hardcore,metalcore,nu metal,thrash metal,death metal,' +
    'black metal,doom metal,heavy metal,progressive metal',
  'pop rap,trap,gangster rap,southern hip hop,west coast rap,east coast hip hop,conscious hip hop,' +
    'alternative hip hop,underground hip hop,atl hip hop,melodic rap,drill,uk drill,uk hip hop,grime,lo-fi',
  'french hip hop,rap francais,pop urbaine,french pop,chanson,nouvelle chanson francaise,variete francaise,' +
    'french house,filter house,deep house,tech house,progressive house,tropical house,electro house,minimal techno,idm',
  'ambient,downtempo,trip hop,chillwave,synthpop,drum and bass,dubstep,bass music,uk garage,big beat,breakbeat,' +
    'disco,nu disco,electronica,electro,hyperpop',
  'neo soul,alternative r&b,quiet storm,motown,singer-songwriter,chamber pop,americana,contemporary country,' +
    'outlaw country,bluegrass,trap latino,urbano latino,latin pop,salsa,afrobeats,soundtrack',
].flatMap((line) => line.split(','));

const POSITION_BITS = 7;
const POSITIONS = new Map(GENRES.map((genre, position) => [genre, position]));

/** Appends any list of strings: its length, then each by its position above or as a text. */
export function writeGenres(writer: BitWriter, genres: readonly string[]): void {
  writeCount(writer, genres.length);
  for (const genre of genres) {
    const position = POSITIONS.get(genre);
    writeBits(writer, position === undefined ? 1 : 0, 1);
    if (position === undefined) writeText(writer, genre);
    else writeBits(writer, position, POSITION_BITS);
  }
}

/** Reads a list written by `writeGenres`. @throws CorruptChunk */
export function readGenres(reader: BitReader): string[] {
  const genres: string[] = [];
  for (let left = readCount(reader); left > 0; left--) {
    const isText = readBits(reader, 1) === 1;
    genres.push(isText ? readText(reader) : (GENRES[readBits(reader, POSITION_BITS)] as string));
  }
  return genres;
}
