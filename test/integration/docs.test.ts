import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { http } from '../support/http-client.ts';

const { apiUrl } = inject('stack');

test('the stack serves the document that is committed', async () => {
  const reply = await http('GET', `${apiUrl}/openapi.json`);
  expect(reply.text).toBe(readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8'));
});

test('and a view of it whose every file comes from the stack, and from nowhere else', async () => {
  const page = await http('GET', `${apiUrl}/docs`);
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file);
  // The fifth leads back to the console page.
  expect(files).toHaveLength(5);
  for (const file of files) expect((await http('GET', apiUrl + file)).status, file).toBe(200);
});
