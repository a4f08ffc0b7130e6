import { mkdirSync } from 'node:fs';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { forOwnHosts } from '../callers.ts';
import { type Listening, listenOn } from '../http.ts';
import { StartProblem } from '../problem.ts';

type Dynalite = (options: { path?: string; createTableMs: number; deleteTableMs: number }) => Server;
type Level = new (path: string) => { open(): Promise<void>; close(): Promise<void> };

/**
 * A DynamoDB in this process: dynalite, which behaves as Amazon's for what this service uses, and lacks the deletion by
 * TTL, transactions and streams.
 *
 * @param directory where tables are kept; undefined: in memory
 * @throws StartProblem when another local stack has the directory open
 */
export async function startEmbeddedDynamodb(port: number, directory: string | undefined): Promise<Listening> {
  // Loaded when wanted: with an external DynamoDB it never is.
  const require = createRequire(import.meta.url);
  const dynalite = require('dynalite') as Dynalite;
  if (directory) await requireUnlocked(directory, createRequire(require.resolve('dynalite')));
  const server = dynalite({ ...(directory ? { path: directory } : {}), createTableMs: 0, deleteTableMs: 0 });
  const becomeIdle = sparingTheProcess(server);
  const listening = await listenOn(server, port, 'DYNAMODB_PORT');
  return {
    ...listening,
    async close() {
      await becomeIdle();
      await listening.close();
    },
  };
}

/**
 * Dynalite throws, and with it the whole process, when the sender of a request dies in the middle of it, and when a
 * request that was begun finds its store closed. So the first is taken as the end of that request alone; and before the
 * store closes, what has begun is brought to its end, and what comes meanwhile is turned away.
 *
 * @returns to be called when the server is to close: resolves when nothing is at work
 */
function sparingTheProcess(server: Server): () => Promise<void> {
  const [answer] = server.listeners('request') as [RequestListener];
  const { promise: idle, resolve } = Promise.withResolvers<void>();
  const atWork = new Set<ServerResponse>();
  let isClosing = false;
  const resolveIfIdle = () => {
    if (isClosing && atWork.size === 0) resolve();
  };
  server.removeAllListeners('request');
  const spare: RequestListener = (request, response) => {
    if (isClosing) return void response.destroy();
    // It lets pages from everywhere in: to a request without an origin it says nothing of that.
    delete request.headers.origin;
    const end = response.end;
    response.end = ((...chunk: Parameters<typeof end>) => {
      atWork.delete(response);
      resolveIfIdle();
      return end.apply(response, chunk);
    }) as typeof end;
    request.once('end', () => atWork.add(response));
    answer(request, response);
    request.removeAllListeners('error');
    request.on('error', () => response.destroy());
  };
  server.on('request', forOwnHosts(spare));
  return () => {
    isClosing = true;
    resolveIfIdle();
    return idle;
  };
}

/** Dynalite itself ends the process, with nothing said, when it cannot open its store. */
async function requireUnlocked(directory: string, loadOfDynalite: NodeJS.Require): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const { Level } = loadOfDynalite('level') as { Level: Level };
  const store = new Level(directory);
  try {
    await store.open();
  } catch (cause) {
    const reason = (cause as Error).cause as NodeJS.ErrnoException | undefined;
    if (reason?.code !== 'LEVEL_LOCKED') throw cause;
    throw new StartProblem(
      `${directory} is in use by another local stack: stop that one, or start this one with --memory`,
      { cause },
    );
  }
  await store.close();
}
