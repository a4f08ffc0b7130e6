/**
 * Stored bytes that no supported version of the codec could have written.
 *
 * Not an `AppError`: nobody answers it to a client. Whoever reads the store treats it as a miss and counts it.
 */
export class CorruptChunk extends Error {
  constructor(reason: string) {
    super(`Corrupt chunk: ${reason}`);
    this.name = 'CorruptChunk';
  }
}
