import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { functionNames } from '../../../infra/functions.ts';
import { measureBundle } from '../../support/bundle-sizes.ts';
import { quantile, type Spread, spreadOf } from '../blocks.ts';
import { measure } from '../measure.ts';

export interface ColdStart {
  /** Milliseconds from the start of an empty Node to the end of its script. */
  emptyMs: number;
  functions: {
    name: string;
    startBytes: number;
    totalBytes: number;
    overEmptyMs: Spread;
    cpuOverEmptyMs: number;
  }[];
}

/** What a start took in all, and of the processor. */
const PROBE = `
  require(process.argv[2]);
  const ms = performance.now();
  const { user, system } = process.cpuUsage();
  process.stdout.write(JSON.stringify([ms, (user + system) / 1000]));
`;

await measure<ColdStart>(async ({ quick, bundles, progress }) => {
  const directory = mkdtempSync(join(tmpdir(), 'cold-start-'));
  const [probe, empty] = [join(directory, 'probe.cjs'), join(directory, 'empty.cjs')];
  writeFileSync(probe, PROBE);
  writeFileSync(empty, '');
  const start = (file: string): [number, number] =>
    JSON.parse(execFileSync(process.execPath, [probe, file], { encoding: 'utf8' }));

  const names = quick ? (['get-artists'] as const) : functionNames;
  const rounds = quick ? 9 : 25;
  const empties: [number, number][] = [];
  const starts = new Map<string, [number, number][]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    empties.push(start(empty));
    for (const [name, own] of starts) own.push(start(join(bundles, name, 'index.js')));
    if (round % 8 === 0) progress(`cold starts: ${round} of ${rounds} rounds`);
  }
  rmSync(directory, { recursive: true });
  const over = (own: readonly [number, number][], which: 0 | 1) =>
    own.map((measured, round) => measured[which] - (empties[round]?.[which] ?? Number.NaN));
  return {
    emptyMs: quantile(
      empties.map(([ms]) => ms),
      0.5,
    ),
    functions: [...starts].map(([name, own]) => {
      const { start: startBytes, total: totalBytes } = measureBundle(name, bundles);
      const cpuOverEmptyMs = quantile(over(own, 1), 0.5);
      return { name, startBytes, totalBytes, overEmptyMs: spreadOf(over(own, 0)), cpuOverEmptyMs };
    }),
  };
});
