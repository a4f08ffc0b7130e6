import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { COMPILED, forgetOld, keptBundles } from './kept-bundles.ts';
import { StartProblem } from './problem.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** Settings of the CDK app, as its context names them. */
export interface Deployment {
  readonly jwtIssuer: string;
  readonly jwtAudience: string;
  readonly spotifyClientId: string;
  readonly spotifyRedirectUri: string;
  readonly freshSeconds?: number | undefined;
  readonly keepSeconds?: number | undefined;
  readonly retrySeconds?: number | undefined;
  readonly metricsDelaySeconds?: number | undefined;
  /** Origins of browsers' pages, separated by commas. */
  readonly corsOrigins?: string | undefined;
}

/**
 * Synthesizes the CDK app into `directory`, as the CDK CLI does it: by running the app in a process of its own, with the
 * context in its environment. Nothing else of this environment reaches it, so that what runs is what was asked for.
 *
 * @throws StartProblem with the app's own words when it refuses
 */
export async function synthesize(
  directory: string,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<void> {
  mkdirSync(directory, { recursive: true });
  // The bundles are CommonJS, and this repository's package says that its modules are not.
  writeFileSync(join(directory, 'package.json'), '{"type":"commonjs"}\n');
  forgetOld(directory, 'asset.', Date.now());
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    CDK_OUTDIR: directory,
    CDK_CONTEXT_JSON: JSON.stringify({ ...deployment, checks: false, keptBundles: keptBundles() }),
    // Against CloudFormation's schemas, which takes longer than all the rest. Tests and deployments do it.
    CDK_VALIDATION: 'false',
    NODE_COMPILE_CACHE: COMPILED,
  };
  const options = { cwd: REPOSITORY, env, signal, maxBuffer: 16 * 1024 * 1024 };
  // What others may not read of this stack they may not read of what is kept of it.
  const mask = process.umask(0o077);
  const synthesized = run(process.execPath, [join(REPOSITORY, 'infra/app.ts')], options);
  process.umask(mask);
  try {
    await synthesized;
  } catch (error) {
    signal.throwIfAborted();
    throw new StartProblem(`the application could not be synthesized: ${reasonOf(error)}`, { cause: error });
  }
}

/** The one line of the output that says why, with the one that it announces. */
function reasonOf(error: unknown): string {
  const lines = String((error as { stderr?: unknown }).stderr ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const at = lines.findIndex((line) => /(^|\b)\w*Error\b.*: /.test(line));
  const [reason = String(error), detail = ''] = lines.slice(Math.max(0, at));
  return reason.endsWith(':') ? `${reason} ${detail}` : reason;
}
