import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { layFoundations } from '../../../infra/local/foundations.ts';

it('keeps what must outlive a restart in a directory that it makes itself, for its owner alone', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'foundations-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  const directory = join(parent, 'not/there/yet');
  await using parts = new AsyncDisposableStack();

  const { kept } = await layFoundations(
    { memory: false, directory, port: 0, spotifyPort: 0, dynamodbPort: 0 },
    parts,
    (_name, work) => work(),
  );

  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(existsSync(kept('spotify.jsonl') ?? '')).toBe(true);
});
