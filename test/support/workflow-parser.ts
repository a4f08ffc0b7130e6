import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as WorkflowParser from '@actions/workflow-parser';
import { buildSync } from 'esbuild';

/** GitHub's parser of workflows, bundled: it imports JSON in a way that Node no longer takes. */
export function loadWorkflowParser(): typeof WorkflowParser {
  const directory = mkdtempSync(join(tmpdir(), 'workflow-parser-'));
  const outfile = join(directory, 'parser.cjs');
  try {
    const contents = "export * from '@actions/workflow-parser'";
    const stdin = { contents, resolveDir: import.meta.dirname };
    buildSync({ stdin, outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
    return createRequire(import.meta.url)(outfile);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
