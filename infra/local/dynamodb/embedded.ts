import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { type Listening, listenOn } from '../http/server.ts';
import { StartProblem } from '../problem.ts';

type Dynalite = (options: { path?: string; createTableMs: number; deleteTableMs: number }) => Server;

/**
 * A DynamoDB in this process: dynalite, which behaves as Amazon's for what this service uses, and lacks the deletion by
 * TTL, transactions and streams.
 *
 * @param directory where tables are kept; undefined: in memory
 */
export async function startEmbeddedDynamodb(port: number, directory: string | undefined): Promise<Listening> {
  // Loaded when wanted: with an external DynamoDB it never is.
  const dynalite = createRequire(import.meta.url)('dynalite') as Dynalite;
  if (directory) mkdirSync(directory, { recursive: true });
  const server = dynalite({ ...(directory ? { path: directory } : {}), createTableMs: 0, deleteTableMs: 0 });
  return listenOn(server, port, 'DYNAMODB_PORT');
}

/** One line for a store on disk that another local stack has open. */
export function storeProblem(error: unknown, directory: string): unknown {
  const text =
    JSON.stringify(error, Object.getOwnPropertyNames(error as object)) + String((error as Error).cause);
  if (!/LEVEL_LOCKED|LOCK/i.test(text)) return error;
  return new StartProblem(
    `${directory} is in use by another local stack: stop that one, or start this one with --memory`,
    { cause: error },
  );
}
