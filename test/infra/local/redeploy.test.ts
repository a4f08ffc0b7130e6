import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StartProblem } from '../../../infra/local/problem.ts';
import { type LocalStack, startLocalStack } from '../../../infra/local/stack.ts';
import { type FixtureFunction, fixtureApp } from '../../support/fixture-app.ts';
import { http } from '../../support/http-client.ts';

/** Answers what its environment says, and which process it is. */
const tells = (greeting: string, route: string): FixtureFunction => ({
  code: `exports.handler = async () => ({
    statusCode: 200, body: JSON.stringify({ greeting: process.env.GREETING, pid: process.pid }) });`,
  route,
  open: true,
  environment: { GREETING: greeting },
});

const signals = mkdtempSync(join(tmpdir(), 'redeploy-'));
const begun = join(signals, 'begun');
const released = join(signals, 'released');
/** Says when it has begun, and ends when it is let. */
const waits: FixtureFunction = {
  code: `const { existsSync, writeFileSync } = require('node:fs');
    exports.handler = () => new Promise((resolve) => {
      writeFileSync(${JSON.stringify(begun)}, '');
      const timer = setInterval(() => {
        if (!existsSync(${JSON.stringify(released)})) return;
        clearInterval(timer);
        resolve({ statusCode: 200, body: 'as it began' });
      }, 10);
    });`,
  route: 'GET /waits',
  open: true,
  timeout: 120,
};

let synthesize = fixtureApp({ tells: tells('hello', 'GET /tells'), waits });
let stack: LocalStack;
beforeAll(async () => {
  stack = await startLocalStack({ synthesize: (...args) => synthesize(...args) });
});
afterAll(async () => {
  await stack.close();
  rmSync(signals, { recursive: true });
});

const get = (path: string) => http('GET', stack.apiUrl + path);

describe('what is deployed again', () => {
  it('runs on as it is when the templates say the same', async () => {
    const before = (await get('/tells')).json;
    expect(await stack.redeploy()).toEqual([]);
    expect((await get('/tells')).json).toEqual(before);
  });

  it('stays when it cannot be synthesized', async () => {
    const before = synthesize;
    synthesize = async () => {
      throw new StartProblem('why');
    };
    await expect(stack.redeploy()).rejects.toThrow('why');
    synthesize = before;
    expect((await get('/tells')).json.greeting).toBe('hello');
  });

  it('runs with its new settings, at its new routes and at the same address', async () => {
    const { apiUrl } = stack;
    synthesize = fixtureApp({ tells: tells('good day', 'GET /says'), waits });
    expect(await stack.redeploy()).toEqual([
      'function fixture-tells',
      'route GET /says (new)',
      'route GET /tells (gone)',
    ]);
    expect(stack.apiUrl).toBe(apiUrl);
    expect((await get('/says')).json.greeting).toBe('good day');
    expect((await get('/tells')).status).toBe(404);
    expect((await get('/_local/health')).json).toEqual({ ready: true });
  });

  it('lets what has begun end as it began', async () => {
    const waiting = get('/waits');
    await expect.poll(() => existsSync(begun)).toBe(true);
    synthesize = fixtureApp({ tells: tells('good evening', 'GET /says') });

    expect(await stack.redeploy()).toContain('function fixture-waits (gone)');

    expect((await get('/waits')).status).toBe(404);
    expect((await get('/says')).json.greeting).toBe('good evening');
    writeFileSync(released, '');
    expect((await waiting).text).toBe('as it began');
  });
});

it('can be asked for its reports once it is closed', async () => {
  await stack.redeploy();
  await stack.close();
  expect(stack.accessReport()).toEqual({});
  expect(stack.malformedMetrics()).toEqual([]);
});
