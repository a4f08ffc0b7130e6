import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { type Listening, listenOn } from '../http/server.ts';
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
  return listenOn(server, port, 'DYNAMODB_PORT');
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
