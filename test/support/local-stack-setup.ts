import type { TestProject } from 'vitest/node';
import { readBody, sendJson, serve } from '../../infra/local/http.ts';
import { type LocalStack, startLocalStack } from '../../infra/local/stack.ts';

/** Where the stack that all integration tests share answers. */
export interface SharedStack {
  readonly apiUrl: string;
  readonly spotifyUrl: string;
  readonly dynamodbUrl: string;
  /** What a test may do to the functions from its own process: see `test/support/remote-lambda.ts`. */
  readonly remoteUrl: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    stack: SharedStack;
  }
}

/** Starts one stack for the whole run: free ports, nothing kept, a synthesis of its own. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startLocalStack({
    record: true,
    // What the tests bring about on purpose is told, too: an accident would else be a bare 500.
    onFailure: (message) => process.stderr.write(`${message}\n`),
  });
  const remote = await serveRemote(stack);
  const { apiUrl, spotifyUrl = '', dynamodbUrl } = stack;
  project.provide('stack', { apiUrl, spotifyUrl, dynamodbUrl, remoteUrl: remote.url });
  return async () => {
    await remote.close();
    await stack.close();
    requireNothingRefused(stack);
    requireGoodMetrics(stack);
  };
}

/** Whatever the tests did: a function that was refused something lacks a grant, also where the code went on without. */
function requireNothingRefused(stack: LocalStack): void {
  const refused = Object.entries(stack.accessReport()).flatMap(([name, { denied }]) =>
    denied.map((request) => `${name}: ${request}`),
  );
  if (refused.length > 0) throw new Error(`asked for and not granted:\n${refused.join('\n')}`);
}

/** CloudWatch passes over what it cannot read, and says nothing. */
function requireGoodMetrics(stack: LocalStack): void {
  const malformed = stack.malformedMetrics();
  if (malformed.length > 0) throw new Error(malformed.join('\n'));
}

/** Tests run in processes of their own: what the stack lets its owner do, they do over HTTP. */
function serveRemote({ lambda, model }: LocalStack) {
  const deployedName = (name: string) => {
    const spec = model.functions.find((known) => known.name === name || known.name.endsWith(`-${name}`));
    if (!spec) throw new Error(`no function ${name}`);
    return spec.name;
  };
  return serve(async (request, response) => {
    const [, action, name = ''] = (request.url ?? '').split('/');
    const deployed = deployedName(name);
    if (action === 'logs') return sendJson(response, 200, await lambda.logs(deployed));
    if (action === 'environments') return sendJson(response, 200, lambda.environments(deployed).length);
    if (action === 'kill') return sendJson(response, 200, await lambda.kill(deployed).then(() => null));
    const payload = (await readBody(request)).toString('utf8');
    if (action === 'invoke') return sendJson(response, 200, await lambda.invoke(deployed, payload));
    return sendJson(response, 404, null);
  });
}
