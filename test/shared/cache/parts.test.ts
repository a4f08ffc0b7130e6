import { expect, test } from 'vitest';
import { newPartsKey, sealChunk } from '../../../shared/cache/parts.ts';

test('a sealed chunk looks like no other, also where it holds the same: its place is its nonce', () => {
  const key = newPartsKey();
  const places = [0, 1, 2].flatMap((part) => [0, 1, 2].map((index) => [part, index] as const));
  const sealed = places.map(([part, index]) =>
    Buffer.from(sealChunk(Buffer.from('the same artists'), key, part, index)).toString('hex'),
  );
  expect(new Set(sealed).size).toBe(places.length);
});
