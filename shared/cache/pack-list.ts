import { randomBytes } from 'node:crypto';
import type { Artist } from '../artist.ts';
import { encodeChunks } from './artist-codec.ts';
import { entryItem } from './entry.ts';
import type { Windows } from './freshness.ts';
import { newPartsKey, sealChunk, splitIntoItems } from './parts.ts';

/** A whole computed list. `computedAtMs`: when its computation began, so that no input is older than it says. */
export interface ComputedList {
  artists: readonly Artist[];
  computedAtMs: number;
  reauthorizeSoonFromMs?: number | undefined;
}

/** A name that nothing had before: of a state of the truth, or of a list. */
export const newFence = (): string => randomBytes(9).toString('base64url');

/** The entry and the parts of a list, as they are written. */
export function packList(userId: string, list: ComputedList, { keepMs }: Windows, itemBytes?: number) {
  const [own = [], ...others] = splitIntoItems(encodeChunks(list.artists), itemBytes);
  const partsKey = others.length > 0 ? newPartsKey() : undefined;
  const parts = others.map((chunks, i) =>
    chunks.map((chunk, index) => sealChunk(chunk, partsKey as Uint8Array, i + 1, index)),
  );
  const item = entryItem(
    userId,
    {
      fence: newFence(),
      generation: newFence(),
      timestamp: list.computedAtMs,
      total: list.artists.length,
      bytes: [own, ...parts].flat().reduce((sum, chunk) => sum + chunk.byteLength, 0),
      layout: [own.length, ...parts.map((part) => part.length)],
      reauthorizeSoonFrom: list.reauthorizeSoonFromMs,
      partsKey,
      all_artists: own,
    },
    keepMs,
  );
  return { item, parts };
}
