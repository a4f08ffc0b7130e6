/** Records how big the bundles are now, for `bundle-budget.test.ts` to tell what grew. Run by hand. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '../../infra/bundle.ts';
import { functionNames } from '../../infra/functions.ts';
import { measureBundle } from '../support/bundle-sizes.ts';

const directory = mkdtempSync(join(tmpdir(), 'bundle-sizes-'));
bundleFunctions({ names: functionNames, outdir: directory });
const sizes = Object.fromEntries(functionNames.map((name) => [name, measureBundle(name, directory)]));
writeFileSync(
  join(import.meta.dirname, '../infra/bundle-sizes.json'),
  `${JSON.stringify(sizes, undefined, 2)}\n`,
);
rmSync(directory, { recursive: true });
