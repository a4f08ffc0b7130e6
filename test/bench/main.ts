/**
 * Measures the service, and other caches at the same work. `npm run bench`, or `npm run bench -- --quick` for a look in
 * under a minute. Prints the report; a full run also writes it to `docs/`. DYNAMODB_ENDPOINT takes another DynamoDB than
 * the embedded one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleFunctions } from '../../infra/bundle.ts';
import { functionNames } from '../../infra/functions.ts';
import { chart } from './chart.ts';
import { type BenchDynamoDb, startDynamoDb } from './dynamodb.ts';
import { runMeasure, type Settings } from './measure.ts';
import { describeMachine, markdown, type Results, targets } from './report.ts';

const HERE = import.meta.dirname;
const DOCS = join(HERE, '../../docs');

const startedAtMs = performance.now();
function progress(text: string): void {
  const seconds = Math.round((performance.now() - startedAtMs) / 1000);
  process.stderr.write(`${String(seconds).padStart(4)} s  ${text}\n`);
}

/** The other caches: no dependency of the service, so installed only to compare. */
function installPeers(): void {
  if (existsSync(join(HERE, 'node_modules/bentocache'))) return;
  progress('installing the other caches into test/bench (once)');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: HERE,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error('npm ci in test/bench failed: the other caches come from the registry');
}

function bundle(outdir: string): void {
  progress('bundling the functions, and all that is measured like them');
  bundleFunctions({ names: functionNames, outdir });
  bundleFunctions({ names: ['subjects'], outdir, sourceDirectory: join(HERE, 'subjects') });
}

async function measureAll(settings: Settings, dynamodb: BenchDynamoDb): Promise<Results> {
  const direct = { ...dynamodb.environment, AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url };
  const metered = { ...dynamodb.environment, AWS_ENDPOINT_URL_DYNAMODB: dynamodb.meterUrl };
  const run = <T>(name: string, environment: Readonly<Record<string, string>>) =>
    runMeasure<T>(name, { settings, environment, onProgress: progress, onAsk: dynamodb.take });
  return {
    machine: describeMachine(),
    dynamodb: process.env.DYNAMODB_ENDPOINT ? 'the DynamoDB of DYNAMODB_ENDPOINT' : 'the embedded dynalite',
    quick: settings.quick,
    coldStart: await run('cold-start', direct),
    hits: await run('hits', direct),
    capacity: await run('capacity', metered),
    behaviour: await run('behaviour', direct),
    // On its own stack: nothing of this environment is its business.
    misses: await run('misses', {}),
    limits: await run('limits', {}),
    sweep: await run('sweep', metered),
  };
}

function publish(results: Results): void {
  process.stdout.write(`\n${markdown(results)}`);
  if (results.quick) {
    progress('a quick run: docs/ stays as it is');
    return;
  }
  writeFileSync(join(DOCS, 'bench.json'), `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(join(DOCS, 'bench.svg'), chart(results));
  writeFileSync(join(DOCS, 'benchmarks.md'), markdown(results));
  progress('written: docs/benchmarks.md, docs/bench.json, docs/bench.svg');
}

function conclusion(results: Results): string {
  const missed = targets(results).filter(({ met }) => !met);
  if (missed.length === 0) return 'every figure is met';
  const hint = results.quick ? ' (ratios vary by a third in so few rounds: the full run decides)' : '';
  return `missed: ${missed.map(({ what }) => what).join('; ')}${hint}`;
}

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
installPeers();
const bundles = mkdtempSync(join(tmpdir(), 'artists-bench-'));
const dynamodb = await startDynamoDb();
try {
  bundle(bundles);
  const results = await measureAll({ quick: values.quick, bundles, dynamodbUrl: dynamodb.url }, dynamodb);
  publish(results);
  progress(conclusion(results));
} finally {
  await dynamodb.close();
  rmSync(bundles, { recursive: true });
}
