import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLogs } from '../../../infra/local/lambda/logs.ts';
import {
  createLambdaService,
  FunctionNotFound,
  type LambdaService,
} from '../../../infra/local/lambda/service.ts';
import { temporaryFunctions } from '../../support/lambda-function.ts';
import { isRunning, stateOf } from '../../support/processes.ts';

const handler = (body: string) => `exports.handler = async (event, context) => { ${body} };`;

/** Says which process answered and how often it did. */
const COUNTING = `let n = 0; ${handler('n += 1; return { pid: process.pid, n };')}`;
const WAITS_FOR_RELEASE = `const { existsSync } = require('node:fs'); ${handler(`
  while (!existsSync(event.until)) await new Promise((done) => setTimeout(done, 5));
  return process.pid;`)}`;

const functions = temporaryFunctions();
const failures: string[] = [];
let lambda: LambdaService;

beforeAll(() => {
  lambda = createLambdaService({
    functions: [
      functions.add('counting', COUNTING),
      functions.add('context', handler('return { ...context, left: context.getRemainingTimeInMillis() };')),
      functions.add('environment', 'const env = { ...process.env }; exports.handler = async () => env;', {
        environment: { OWN: 'value', AWS_REGION: 'mine' },
      }),
      functions.add('throws', handler('throw new TypeError("it broke");')),
      functions.add(
        'rejects-aside',
        handler('Promise.reject(new Error("aside")); await new Promise(() => {});'),
      ),
      functions.add('crashes', handler('if (event.crash) process.exit(3); return process.pid;')),
      functions.add('broken', 'throw new Error("cannot load");'),
      functions.add('loops', handler('if (event.loop) for (;;) {} return process.pid;'), {
        timeoutSeconds: 1,
      }),
      functions.add('undefined', handler('')),
      functions.add('large', handler('return "x".repeat(event.bytes);')),
      functions.add('callback', 'exports.handler = (event, context, callback) => callback(null, 1);'),
      functions.add(
        'left-behind',
        handler('setTimeout(() => console.log("left behind"), 60_000); return "done";'),
      ),
      functions.add(
        'speaks',
        handler('console.log("a", { b: 1 }); console.error("c"); process.stdout.write("raw\\n");'),
      ),
      functions.add('edited', COUNTING),
      functions.add('edited-while-busy', WAITS_FOR_RELEASE),
      functions.add('inspected', handler('return { pid: process.pid, arguments: process.execArgv };')),
      functions.add('speaks-json', handler('console.warn("a");'), { logFormat: 'JSON' }),
      functions.add('waits', WAITS_FOR_RELEASE),
      functions.add('waits-alone', WAITS_FOR_RELEASE, { reservedConcurrency: 1 }),
      functions.add(
        'fails-twice',
        `let n = 0; ${handler('n += 1; console.log("attempt " + n); if (n < 3) throw new Error("not yet");')}`,
      ),
      functions.add('fails-once-only', handler('console.log("attempt"); throw new Error("no");'), {
        asyncRetries: 0,
      }),
    ],
    endpoints: { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' },
    concurrency: 3,
    sessionTokenFor: (name) => `token of ${name}`,
    logs: createLogs(undefined),
    inspectPorts: new Map([['inspected', 0]]),
    onFailure: (message) => failures.push(message),
    asyncRetryDelaysMs: [0, 0],
  });
});
afterAll(async () => {
  await lambda.close();
  functions.remove();
});

/** Limits for what has gone wrong: far beyond what a busy machine takes. */
const PATIENCE = { timeout: 15_000 };

async function result(name: string, event: unknown = {}) {
  const outcome = await lambda.invoke(name, JSON.stringify(event));
  return { ...outcome, value: JSON.parse(outcome.payload) };
}

describe('an execution environment', () => {
  it('starts cold, then serves warm', async () => {
    const first = (await result('counting')).value;
    const second = (await result('counting')).value;

    expect(first).toEqual({ pid: expect.any(Number), n: 1 });
    expect(second).toEqual({ pid: first.pid, n: 2 });
    const reports = (await lambda.logs('counting')).filter((line) => line.startsWith('REPORT'));
    expect(reports.map((line) => line.includes('Init Duration'))).toEqual([true, false]);
  });

  it('gives the handler a context that counts down', async () => {
    const { value } = await result('context');

    expect(value).toMatchObject({
      functionName: 'context',
      functionVersion: '$LATEST',
      memoryLimitInMB: '256',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:context',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(value.left).toBeGreaterThan(9000);
    expect(value.left).toBeLessThanOrEqual(10_000);
  });

  it('has the variables of the function and of Lambda, and none of this process', async () => {
    vi.stubEnv('LEAKED_SECRET', 'x');
    const { value } = await result('environment');

    expect(value).toMatchObject({
      OWN: 'value',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'environment',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_ACCESS_KEY_ID: 'environment',
      AWS_SESSION_TOKEN: 'token of environment',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
      _HANDLER: 'index.handler',
    });
    for (const name of ['LEAKED_SECRET', 'HOME', 'NODE_COMPILE_CACHE', 'VITEST', 'NODE_ENV']) {
      expect(value).not.toHaveProperty(name);
    }
  });

  it('answers as soon as the handler has, and is frozen with what it left behind', async () => {
    expect((await result('left-behind')).value).toBe('done');

    const [environment] = lambda.environments('left-behind');
    await vi.waitFor(() => expect(stateOf(environment?.pid)).toBe('T'), PATIENCE);
    expect(await lambda.logs('left-behind')).not.toContainEqual(expect.stringContaining('left behind'));
  });

  it('turns nothing into null', async () => {
    expect((await result('undefined')).payload).toBe('null');
  });
});

describe('errors', () => {
  it('of a handler are described and leave the environment warm', async () => {
    expect(await result('throws')).toMatchObject({
      kind: 'error',
      cause: 'handler',
      value: { errorType: 'TypeError', errorMessage: 'it broke', trace: expect.any(Array) },
    });
    expect(lambda.environments('throws')).toHaveLength(1);
    expect(failures).toContain('throws failed: TypeError: it broke');
  });

  it('beside the handler end the process', async () => {
    expect(await result('rejects-aside')).toMatchObject({
      value: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'aside' },
    });
    await vi.waitFor(() => expect(lambda.environments('rejects-aside')).toHaveLength(0), PATIENCE);
  });

  it('after a crash, the next invocation has a new process', async () => {
    const before = (await result('crashes')).value;
    expect(await result('crashes', { crash: true })).toMatchObject({
      kind: 'error',
      cause: 'exit',
      value: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 3') },
    });
    const after = (await result('crashes')).value;
    expect(after).toEqual(expect.any(Number));
    expect(after).not.toBe(before);
  });

  it('of loading are the answer, each time anew', async () => {
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(await result('broken')).toMatchObject({ cause: 'init', value: { errorMessage: 'cannot load' } });
    }
  });

  it('refuses handlers with a callback, as Node 24 on Lambda does', async () => {
    expect((await result('callback')).value.errorType).toBe('Runtime.CallbackHandlerDeprecated');
  });

  it('kills what does not return in time, even a loop that never yields', async () => {
    const pid = (await result('loops')).value;
    const late = await result('loops', { loop: true });

    expect(late).toMatchObject({
      cause: 'timeout',
      value: { errorMessage: expect.stringMatching(/Task timed out after 1\.00 seconds$/) },
    });
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), PATIENCE);
    expect((await result('loops')).value).not.toBe(pid);
  });

  it('answers an error for a result beyond 6 MB, and goes on', async () => {
    const large = await result('large', { bytes: 6 * 1024 * 1024 });
    expect(large.value.errorType).toBe('Function.ResponseSizeTooLarge');
    expect((await result('large', { bytes: 10 })).value).toBe('x'.repeat(10));
  });

  it('knows no other functions', async () => {
    await expect(lambda.invoke('unknown', '{}')).rejects.toThrow(FunctionNotFound);
  });

  it('finds a function by its ARN and its alias', async () => {
    const arn = 'arn:aws:lambda:us-east-1:123456789012:function:undefined';
    expect((await result(arn)).kind).toBe('ok');
    expect((await result(`${arn}:live`)).kind).toBe('ok');
  });
});

describe('concurrency', () => {
  const release = async (until: string) => {
    const { writeFile } = await import('node:fs/promises');
    await writeFile(until, '');
  };
  const gate = (name: string) => `${functions.add(name, '').codePath}/released`;

  it('starts an environment for each invocation at once up to the limit; the rest wait', async () => {
    const until = gate('gate-many');
    const running = Array.from({ length: 5 }, () => result('waits', { until }));
    await vi.waitFor(() => expect(lambda.environments('waits')).toHaveLength(3), PATIENCE);
    await release(until);

    const pids = (await Promise.all(running)).map(({ value }) => value);
    expect(new Set(pids).size).toBe(3);
    expect(lambda.environments('waits')).toHaveLength(3);
  });

  it('keeps to the reserved concurrency of a function', async () => {
    const until = gate('gate-one');
    const running = [result('waits-alone', { until }), result('waits-alone', { until })];
    await release(until);

    const pids = (await Promise.all(running)).map(({ value }) => value);
    expect(new Set(pids).size).toBe(1);
  });

  it('kills on request, and what was running says so', async () => {
    const until = gate('gate-killed');
    const running = result('waits', { until });
    await lambda.kill('waits');

    expect(await running).toMatchObject({ kind: 'error', value: { errorType: 'Runtime.ExitError' } });
    expect(lambda.environments('waits')).toHaveLength(0);
  });
});

describe('a function that was edited', () => {
  const bundle = (name: string, code: string) => functions.add(`${name}-edited`, code).codePath;

  it('runs its new bundle from the next invocation on, in a new process', async () => {
    const before = (await result('edited')).value;
    await lambda.replace('edited', bundle('edited', handler('return { edited: true, pid: process.pid };')));

    expect(isRunning(before.pid)).toBe(false);
    expect((await result('edited')).value).toMatchObject({
      edited: true,
      pid: expect.not.closeTo(before.pid, 0),
    });
  });

  it('ends what it has begun as it began, and nothing after that', async () => {
    const until = `${functions.add('gate-edited', '').codePath}/released`;
    const begun = result('edited-while-busy', { until });
    await vi.waitFor(() => expect(lambda.environments('edited-while-busy')).toHaveLength(1), PATIENCE);
    await lambda.replace('edited-while-busy', bundle('edited-while-busy', handler('return "edited";')));
    writeFileSync(until, '');

    const pid = (await begun).value;
    expect(pid).toEqual(expect.any(Number));
    expect((await result('edited-while-busy')).value).toBe('edited');
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), PATIENCE);
  });
});

describe('a function under a debugger', () => {
  it('is one process that is there before it is asked, listens to the debugger and is not frozen', async () => {
    lambda.warm('inspected');
    lambda.warm('inspected');
    await vi.waitFor(async () => {
      expect((await lambda.logs('inspected')).join()).toContain('Debugger listening on ws://127.0.0.1:');
    }, PATIENCE);
    const both = await Promise.all([result('inspected'), result('inspected')]);

    expect(new Set(both.map(({ value }) => value.pid)).size).toBe(1);
    expect(both[0]?.value.arguments).toContain('--inspect=127.0.0.1:0');
    expect(lambda.environments('inspected')).toHaveLength(1);
    expect(stateOf(both[0]?.value.pid)).not.toBe('T');
  });
});

describe('asynchronous invocations', () => {
  it('are tried again twice', async () => {
    lambda.invokeLater('fails-twice', '{}');
    await vi.waitFor(
      async () => expect((await lambda.logs('fails-twice')).join('\n')).toContain('attempt 3'),
      PATIENCE,
    );
  });

  it('are not tried again where the template says so', async () => {
    lambda.invokeLater('fails-once-only', '{}');
    await vi.waitFor(() => expect(failures).toContain('fails-once-only failed: Error: no'), PATIENCE);
    await result('undefined');
    const attempts = (await lambda.logs('fails-once-only')).filter((line) => line.endsWith('attempt'));
    expect(attempts).toHaveLength(1);
  });
});

describe('logs', () => {
  /** What a function wrote itself; its pipe may be read after the report of the invocation. */
  const said = (name: string, count: number) =>
    vi.waitFor(async () => {
      const lines = (await lambda.logs(name)).filter((line) => !line.startsWith('REPORT'));
      expect(lines).toHaveLength(count);
      return lines;
    }, PATIENCE);

  it('are lines in the form of Lambda', async () => {
    await result('speaks');
    const lines = await said('speaks', 3);
    const id = '[0-9a-f-]{36}';

    expect(lines[0]).toMatch(new RegExp(`^\\d{4}-\\S+Z\\t${id}\\tINFO\\ta \\{ b: 1 \\}$`));
    expect(lines[1]).toMatch(new RegExp(`\\t${id}\\tERROR\\tc$`));
    expect(lines[2]).toBe('raw');
  });

  it('are JSON where the template says so', async () => {
    await result('speaks-json');
    const [line = ''] = await said('speaks-json', 1);
    expect(JSON.parse(line)).toMatchObject({ level: 'WARN', message: 'a', requestId: expect.any(String) });
  });
});
