import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { layFoundations } from '../../../infra/local/foundations.ts';

it.each([
  ['makes itself', 'not/there/yet'],
  ['found open to everybody', 'there'],
])(
  'keeps what must outlive a restart in a directory that it %s, for its owner alone',
  async (_title, name) => {
    const parent = mkdtempSync(join(tmpdir(), 'foundations-'));
    onTestFinished(() => rmSync(parent, { recursive: true }));
    mkdirSync(join(parent, 'there'), { mode: 0o755 });
    const directory = join(parent, name);
    await using parts = new AsyncDisposableStack();

    const { kept } = await layFoundations(
      { memory: false, directory, port: 0, spotifyPort: 0, dynamodbPort: 0 },
      parts,
      (_name, work) => work(),
    );

    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(existsSync(kept('spotify.jsonl') ?? '')).toBe(true);
  },
);
