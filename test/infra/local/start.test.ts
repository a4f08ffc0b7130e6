import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { http } from '../../support/http-client.ts';
import { descendants, isRunning } from '../../support/processes.ts';
import { startProcess } from '../../support/start-process.ts';

const started: ReturnType<typeof startProcess>[] = [];
afterEach(() => {
  for (const { child } of started.splice(0)) child.kill('SIGKILL');
});

/** What is killed cannot tidy up after itself. */
const temporary = mkdtempSync(join(tmpdir(), 'artists-cache-test-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** A limit for what has gone wrong: far beyond what a busy machine takes. */
const PATIENCE = { timeout: 60_000 };

function start({ env, ...options }: Parameters<typeof startProcess>[0] = {}) {
  const process = startProcess({ ...options, env: { TMPDIR: temporary, ...env } });
  started.push(process);
  return process;
}

/** A running stack with functions that have been used, and every process that belongs to it. */
async function running() {
  const process = start();
  const url = await process.ready();
  await Promise.all(['/nothing', '/else'].map((path) => http('GET', url + path)));
  const { pid = 0 } = process.child;
  const pids = descendants(pid);
  expect(pids.length).toBeGreaterThanOrEqual(2);
  return { ...process, url, pids: [pid, ...pids] };
}

/** Of what has gone meanwhile, nothing. */
const modeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.mode ?? 0;

const isRefused = (url: string) =>
  http('GET', url).then(
    () => false,
    () => true,
  );

describe('npm start', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('stops everything on %s and exits 0', async (signal) => {
    const { child, ended, url, pids } = await running();

    child.kill(signal);

    expect(await ended()).toMatchObject({ status: 0, stderr: '' });
    expect(pids.filter(isRunning)).toEqual([]);
    expect(await isRefused(url)).toBe(true);
  });

  it('writes nothing that another user of the machine could read', async () => {
    const { child, ended } = await running();
    const entries = readdirSync(temporary, { recursive: true, withFileTypes: true });
    const open = entries
      .filter(({ parentPath, name }) => (modeOf(join(parentPath, name)) & 0o077) !== 0)
      .map(({ name }) => name);
    expect(entries.map(({ name }) => name)).toEqual(expect.arrayContaining(['cdk.out', 'logs']));
    expect(open).toEqual([]);
    child.kill('SIGTERM');
    await ended();
  });

  it('leaves no process behind when it is killed', async () => {
    const { child, pids } = await running();

    child.kill('SIGKILL');

    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), PATIENCE);
  });

  it('stops while it is still starting', async () => {
    const { child, ended } = start();
    await vi.waitFor(() => expect(descendants(child.pid ?? 0).length).toBeGreaterThan(0), PATIENCE);
    const pids = descendants(child.pid ?? 0);

    child.kill('SIGTERM');

    expect(await ended()).toMatchObject({ status: 0, stderr: '' });
    expect(pids.filter(isRunning)).toEqual([]);
  });
});

describe('npm start says in one line why it does not start, and leaves nothing', () => {
  it.each(['PORT', 'SPOTIFY_PORT', 'DYNAMODB_PORT'])('%s is taken', async (variable) => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };

    const { status, stderr } = await start({ env: { [variable]: String(port) } }).ended();
    taken.close();

    expect(status).toBe(1);
    expect(stderr).toBe(
      `port ${port} is taken: stop what listens there, or choose another with ${variable}=…\n`,
    );
  });

  it.each([
    [{ PORT: 'x' }, 'PORT must be a whole number, 0 to 65535, and is "x"\n'],
    [{ PORT: '65536' }, 'PORT must be a whole number, 0 to 65535, and is "65536"\n'],
    [{ PORT: '6000' }, 'browsers refuse to call port 6000: choose another with PORT=…\n'],
    [{ SPOTIFY_PORT: '6667' }, 'browsers refuse to call port 6667: choose another with SPOTIFY_PORT=…\n'],
    [{ SPOTIFY_CLIENT_ID: 'x' }, /^SPOTIFY_CLIENT_SECRET is missing.*\n$/],
    [
      { DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' },
      /^DYNAMODB_ENDPOINT http:\/\/127\.0\.0\.1:1 cannot be reached.*\n$/,
    ],
  ])('%j', async (env, message) => {
    const { status, stderr } = await start({ env }).ended();
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
  });

  it('an option that it does not know, with status 2', async () => {
    const { status, stdout, stderr } = await start({ args: ['--quite'] }).ended();
    expect(status).toBe(2);
    expect(stdout + stderr).toBe('unknown option --quite: see npm start -- --help\n');
  });
});

describe('while it runs', () => {
  it('tells each request, what a function writes, and which origins and redirects it honours', async () => {
    const { child, ready, ended } = start({
      args: ['--memory', '--no-watch', '--logs', 'not-found'],
      env: { CORS_ORIGINS: 'http://localhost:8081', SPOTIFY_REDIRECT_URI: 'https://app.example/back' },
    });
    const url = await ready();
    const token = (await http('POST', `${url}/_local/token`, { body: { user: 'alice' } })).json.access_token;
    const headers = { authorization: `Bearer ${token}`, origin: 'http://localhost:8081' };
    const body = { platform_slug: 'spotify' };
    const begun = await http('POST', `${url}/api/user/platforms/connect`, { body, headers });
    await http('GET', `${url}/nothing?code=secret`, { headers });
    child.kill('SIGTERM');

    const { stdout } = await ended();
    expect(begun.headers.get('access-control-allow-origin')).toBe('http://localhost:8081');
    const asked = new URL(begun.json.data.authorization_url).searchParams;
    expect(asked.get('redirect_uri')).toBe('https://app.example/back');
    expect(stdout).toMatch(/^Redirect +https:\/\/app\.example\/back/m);
    expect(stdout).toMatch(/^GET {3}\/nothing\?code=… +404 +\d+ ms/m);
    expect(stdout).not.toContain('secret');
    expect(stdout).toMatch(/^not-found \| /m);
  });

  it('follows edits, and leaves no process behind when it is stopped', async () => {
    const { child, ready, ended } = start({ args: ['--memory', '--quiet'] });
    const url = await ready();
    await http('GET', `${url}/nothing`);
    const { pid = 0 } = child;
    const pids = [pid, ...descendants(pid)];
    child.kill('SIGTERM');

    const { status, stdout, stderr } = await ended();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).not.toContain('/nothing');
    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), PATIENCE);
  });
});

it('prints help and what it reads from the environment', async () => {
  const { status, stdout } = await start({ args: ['--help'] }).ended();
  expect(status).toBe(0);
  for (const name of ['PORT', 'SPOTIFY_PORT', 'DYNAMODB_PORT', 'FRESH_SECONDS', 'SPOTIFY_CLIENT_SECRET']) {
    expect(stdout).toContain(name);
  }
});
