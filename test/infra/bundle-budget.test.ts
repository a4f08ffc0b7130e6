import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundleFunctions } from '../../infra/bundle.ts';
import { type FunctionName, functionNames } from '../../infra/functions.ts';
import { type BundleSize, growth, measureBundle } from '../support/bundle-sizes.ts';
import recorded from './bundle-sizes.json' with { type: 'json' };

/*
 * A cold start parses what a bundle holds, and a package that comes in by accident is seldom noticed. In KB of 1,024
 * bytes, minified: `start`, what is parsed before the handler is ready; `total`, with what is loaded when it is needed.
 * Budgets are raised on purpose, here; `node test/bench/record-bundle-sizes.ts` then records what was there.
 */
const BUDGETS: Readonly<Record<FunctionName, { start: number; total: number }>> = {
  'get-artists': { start: 300, total: 545 },
  'refresh-artists': { start: 275, total: 410 },
  'toggle-artist': { start: 270, total: 305 },
  'sync-artists': { start: 280, total: 410 },
  'get-profile': { start: 250, total: 285 },
  'connect-platform': { start: 240, total: 380 },
  'complete-connection': { start: 290, total: 425 },
  'disconnect-platform': { start: 275, total: 310 },
  'get-cache-stats': { start: 340, total: 380 },
  'not-found': { start: 40, total: 65 },
  sweep: { start: 225, total: 255 },
};

const sizes = new Map<string, BundleSize>();

beforeAll(() => {
  const directory = mkdtempSync(join(tmpdir(), 'budget-'));
  bundleFunctions({ names: functionNames, outdir: directory });
  for (const name of functionNames) sizes.set(name, measureBundle(name, directory));
  rmSync(directory, { recursive: true });
});

const sizeOf = (name: FunctionName) => sizes.get(name) as BundleSize;

const KB = 1024;

describe('a cold start', () => {
  test.each(functionNames)('of %s parses no more than its budget', (name) => {
    const size = sizeOf(name);
    const what = (bytes: number) =>
      `${name}: ${bytes} bytes; since recorded: ${growth(recorded[name], size)}`;
    expect(size.start, what(size.start)).toBeLessThanOrEqual(BUDGETS[name].start * KB);
    expect(size.total, what(size.total)).toBeLessThanOrEqual(BUDGETS[name].total * KB);
  });

  test.each(functionNames)('of %s parses no client that only some of its requests need', (name) => {
    const { packages } = sizeOf(name);
    expect(Object.keys(packages)).not.toContain('@aws-sdk/client-kms');
    expect(Object.keys(packages)).not.toContain('@aws-sdk/client-secrets-manager');
    expect(Object.keys(packages)).not.toContain('@aws-sdk/client-lambda');
    expect(Object.keys(packages)).not.toContain('@aws-lambda-powertools/logger');
  });

  test('of get-artists parses nothing that computes a list', () => {
    const { packages } = sizeOf('get-artists');
    const computing = ['shared/artists', 'shared/platforms', 'shared/spotify'];
    expect(Object.keys(packages).filter((name) => computing.includes(name))).toEqual([]);
  });
});
