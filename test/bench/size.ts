/**
 * How much there is to read: files and functions that a hit and a miss run through, files and lines of the source,
 * imports of a handler, and the calls of DynamoDB that a list costs. Run by hand: `npm run check -- size`.
 *
 * The local stack only stands in for the cloud: the function runs in this process, where V8 counts each of its calls.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { globSync, readFileSync } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';
import { startLocalStack } from '../../infra/local/stack.ts';
import { aContext, anEvent } from '../support/api-event.ts';
import { type AppUser, anAppUser } from './app-user.ts';

const ROOT = new URL('../../', import.meta.url);
/** Generated from the contract, and read by no person. */
const GENERATED = 'shared/client/schema.d.ts';
const OWN_CODE = /\/(functions|shared)\//;
const LIST_LIFE_SECONDS = 3 * 3_600;

interface Trace {
  /** Files and functions of our own that ran. */
  files: number;
  functions: number;
  /** Operations of DynamoDB, in the order in which they began. */
  operations: string[];
}

const profiler = new Session();
/** The operations of the request at hand: the local stack, in this process too, has its own. */
const begun = new AsyncLocalStorage<string[]>();

/** What runs while `work` does. What is only loaded does not count: a module's own top level is no function. */
async function traced(work: () => Promise<unknown>): Promise<Trace> {
  // Every take begins the count anew.
  await profiler.post('Profiler.takePreciseCoverage');
  const operations: string[] = [];
  await begun.run(operations, work);
  const { result } = await profiler.post('Profiler.takePreciseCoverage');
  const ran = result
    .filter(({ url }) => url.startsWith(ROOT.href) && OWN_CODE.test(url.slice(ROOT.href.length - 1)))
    .map(({ functions }) => functions.filter(isCalled).length)
    .filter((functions) => functions > 0);
  return { files: ran.length, functions: ran.reduce((sum, count) => sum + count, 0), operations };
}

function isCalled({
  functionName,
  ranges: [range],
}: {
  functionName: string;
  ranges: { startOffset: number; count: number }[];
}) {
  const isTopLevel = functionName === '' && range?.startOffset === 0;
  return !isTopLevel && range !== undefined && range.count > 0;
}

function countOperations(): void {
  subscribe('http.client.request.start', (message) => {
    const target = String((message as { request: ClientRequest }).request.getHeader('x-amz-target'));
    if (target.startsWith('DynamoDB_')) begun.getStore()?.push(target.split('.')[1] as string);
  });
}

/** The function as it is deployed here: its own environment, and the stack's addresses in the place of AWS's. */
async function loadHandler(stack: Awaited<ReturnType<typeof startLocalStack>>) {
  const deployed = stack.model.functions.find(
    ({ environment, name }) => name.endsWith('get-artists') && environment,
  );
  Object.assign(process.env, deployed?.environment, {
    AWS_REGION: 'eu-west-3',
    AWS_ACCESS_KEY_ID: stack.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: stack.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: stack.credentials.sessionToken,
    AWS_ENDPOINT_URL: stack.awsUrl,
    AWS_ENDPOINT_URL_DYNAMODB: stack.dynamodbUrl,
    SPOTIFY_ACCOUNTS_URL: stack.spotifyUrl,
    SPOTIFY_API_URL: stack.spotifyUrl,
  });
  const { handler } = await import('../../functions/get-artists.ts');
  return async (user: AppUser) => {
    const event = anEvent({ path: '/api/user/artists', user: user.id, query: { page: '0', limit: '10' } });
    const reply = (await handler(event as never, aContext())) as { statusCode: number; body: string };
    if (reply.statusCode !== 200) throw new Error(`the function answered ${reply.statusCode}: ${reply.body}`);
  };
}

async function traceLists(): Promise<Record<'first' | 'refresh' | 'hit', Trace>> {
  const stack = await startLocalStack();
  try {
    const aUser = async () => {
      const user = await anAppUser({ apiUrl: stack.apiUrl, spotifyUrl: stack.spotifyUrl ?? '' });
      await user.connect();
      return user;
    };
    const ask = await loadHandler(stack);
    const warm = await aUser();
    for (let i = 0; i < 3; i++) await ask(warm);
    const user = await aUser();
    const first = await traced(() => ask(user));
    const hit = await traced(() => ask(user));
    await user.age(LIST_LIFE_SECONDS);
    const refresh = await traced(() => ask(user));
    return { first, refresh, hit };
  } finally {
    await stack.close();
  }
}

function sourceOf(folder: string) {
  const files = globSync(`${folder}/**/*.ts`, { cwd: fileURLToPath(ROOT) }).filter(
    (file) => file !== GENERATED,
  );
  const texts = files.map((file) => readFileSync(new URL(file, ROOT), 'utf8'));
  return {
    files: files.length,
    lines: texts.reduce((sum, text) => sum + text.split('\n').length - 1, 0),
    mostImports: Math.max(...texts.map((text) => text.match(/^import /gm)?.length ?? 0)),
  };
}

const { write } = process.stdout;
// Logs and metrics of the function.
process.stdout.write = () => true;
profiler.connect();
await profiler.post('Profiler.enable');
await profiler.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
countOperations();
const { first, refresh, hit } = await traceLists();
process.stdout.write = write;
const [shared, functions] = [sourceOf('shared'), sourceOf('functions')];
const rows: [string, string | number][] = [
  ['files on a hit', hit.files],
  ['functions on a hit', hit.functions],
  ['files on a miss', first.files],
  ['functions on a miss', first.functions],
  ['files of shared/, the generated client aside', shared.files],
  ['lines of shared/, the generated client aside', shared.lines],
  ['files of functions/', functions.files],
  ['lines of functions/', functions.lines],
  ['imports of a handler, at most', functions.mostImports],
  ...Object.entries({ 'a first list': first, 'a refresh': refresh, 'a hit': hit }).map(
    ([what, { operations }]): [string, string] => [
      `calls of DynamoDB: ${what}`,
      `${operations.length} (${operations.join(', ')})`,
    ],
  ),
];
for (const [what, count] of rows) console.log(`| ${what} | ${count} |`);
