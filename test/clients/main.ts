/**
 * `npm run clients`: generates clients of docs/openapi.json for Kotlin, Swift and TypeScript with openapi-generator,
 * compiles what can be compiled here, and decodes real replies of every route with them. Needs Java 17 and Maven, which
 * brings the generator and the Kotlin compiler from Maven Central: not part of `npm test`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalStack } from '../../infra/local/stack.ts';
import { type CallEnvironment, callTypeScript } from './typescript.ts';

const ROOT = join(import.meta.dirname, '../..');
const POM = join(import.meta.dirname, 'pom.xml');

const isThere = (command: string) => spawnSync(command, ['--version']).error === undefined;

/** Beside the stack, which answers in this very process. */
async function run(command: string, args: readonly string[], environment = {}): Promise<void> {
  const env = { ...process.env, ...environment };
  const [status] = await once(spawn(command, args, { cwd: ROOT, stdio: 'inherit', env }), 'exit');
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
}

const maven = (work: string, goals: readonly string[], environment?: CallEnvironment) =>
  run('mvn', ['--quiet', '--batch-mode', '--file', POM, `-Dwork=${work}`, ...goals], environment);

async function aToken(apiUrl: string, claims: object): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(`${apiUrl}/_local/token`, {
    method: 'POST',
    headers,
    body: JSON.stringify(claims),
  });
  return ((await reply.json()) as { access_token: string }).access_token;
}

/** What calls need to know of the stack: a user who is new to it, and an operator. */
async function environmentOf(
  stack: { apiUrl: string; spotifyUrl: string | undefined },
  user: string,
): Promise<CallEnvironment> {
  return {
    API_URL: stack.apiUrl,
    SPOTIFY_URL: stack.spotifyUrl ?? '',
    ACCOUNT: `account-${user}`,
    TOKEN: await aToken(stack.apiUrl, { user }),
    OPERATOR_TOKEN: await aToken(stack.apiUrl, { user: 'operator', scope: 'cache:stats' }),
  };
}

async function compileSwift(work: string): Promise<void> {
  if (!isThere('swift')) {
    process.stdout.write('Swift was generated, and not compiled: there is no swift on this machine.\n');
    return;
  }
  await run('swift', ['build', '--package-path', join(work, 'swift')]);
  process.stdout.write('Swift compiled.\n');
}

async function main(work: string): Promise<void> {
  await maven(work, ['compile']);
  process.stdout.write('Kotlin compiled.\n');
  await compileSwift(work);
  const stack = await startLocalStack();
  try {
    await maven(work, ['exec:java'], await environmentOf(stack, 'kotlin'));
    await callTypeScript(join(work, 'typescript'), await environmentOf(stack, 'typescript'));
  } finally {
    await stack.close();
  }
}

if (isThere('mvn')) {
  const work = mkdtempSync(join(tmpdir(), 'clients-'));
  try {
    await main(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
} else {
  process.stderr.write('Nothing was generated: Maven (mvn) and Java 17 are needed, and are not there.\n');
  process.exitCode = 1;
}
