/**
 * Size and speed of stored pages, against the JSON of the same artists. Run by hand: `node test/bench/artist-codec.ts`.
 */
import { CHUNK_SIZE, decodeChunk, encodeChunks } from '../../shared/cache/artist-codec.ts';
import { realisticArtists } from '../support/realistic-artists.ts';

/** DynamoDB counts 3 bytes for a list and 1 for each of its elements. */
const LIST_BYTES = 3;
const ELEMENT_BYTES = 1;

/** Median microseconds of a call, over batches: a single call is too short for the clock. */
function microseconds(call: () => unknown, calls: number): number {
  for (let i = 0; i < 3 * calls; i++) call();
  const batches = Array.from({ length: 15 }, () => {
    const startedNs = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) call();
    return Number(process.hrtime.bigint() - startedNs) / 1000 / calls;
  });
  return batches.sort((a, b) => a - b)[7] ?? Number.NaN;
}

for (const count of [50, 500, 10_000]) {
  const artists = realisticArtists(count);
  const stored = encodeChunks(artists).reduce((sum, chunk) => sum + chunk.length + ELEMENT_BYTES, LIST_BYTES);
  const json = Buffer.byteLength(JSON.stringify(artists));
  console.log(
    `${count} artists: ${(stored / count).toFixed(2)} bytes each, list overhead included (JSON: ${(json / count).toFixed(1)})`,
  );
}

const artists = realisticArtists(500);
const meanLength = artists.reduce((sum, { name }) => sum + name.length, 0) / artists.length;
console.log(`names of ${meanLength.toFixed(1)} characters`);

const startedNs = process.hrtime.bigint();
const chunks = encodeChunks(artists);
console.log(`encoding 500, first time: ${(Number(process.hrtime.bigint() - startedNs) / 1e6).toFixed(2)} ms`);
const firstNs = process.hrtime.bigint();
decodeChunk(chunks[0] ?? new Uint8Array());
console.log(
  `decoding ${CHUNK_SIZE}, first time: ${(Number(process.hrtime.bigint() - firstNs) / 1000).toFixed(0)} µs`,
);

let turn = 0;
const next = <T>(from: readonly T[]): T => from[turn++ % from.length] as T;
const pages = chunks.map((_, i) => JSON.stringify(artists.slice(i * CHUNK_SIZE, (i + 1) * CHUNK_SIZE)));
const rows: [string, number][] = [
  ['encodeChunks of 500', microseconds(() => encodeChunks(artists), 20)],
  ['decodeChunk', microseconds(() => decodeChunk(next(chunks)), 2000)],
  ['decodeChunk, then JSON.stringify', microseconds(() => JSON.stringify(decodeChunk(next(chunks))), 2000)],
  ['JSON.parse of the same page', microseconds(() => JSON.parse(next(pages)), 2000)],
  ['JSON.parse, then JSON.stringify', microseconds(() => JSON.stringify(JSON.parse(next(pages))), 2000)],
];
for (const [what, duration] of rows) console.log(`${what}: ${duration.toFixed(1)} µs`);
