import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const START = join(import.meta.dirname, '../../infra/local/start.ts');
const USUAL_URL = 'http://127.0.0.1:3000';
const USUAL_SPOTIFY_URL = 'http://127.0.0.1:3001';

export interface RunningStack {
  apiUrl: string;
  spotifyUrl: string;
  /** The process of the stack, when it is known. */
  pid: number | undefined;
  close(): Promise<void>;
}

/** The stack that runs already, or one of our own. */
export async function startStack(say: (text: string) => void): Promise<RunningStack> {
  const apiUrl = process.env.API_URL ?? USUAL_URL;
  if (await isReady(apiUrl)) {
    say(`driving the local stack at ${apiUrl}`);
    const spotifyUrl = process.env.SPOTIFY_URL ?? USUAL_SPOTIFY_URL;
    return { apiUrl, spotifyUrl, pid: pidOfStart(), close: async () => undefined };
  }
  say('no local stack is running: starting one');
  return startOwn();
}

async function isReady(apiUrl: string): Promise<boolean> {
  const reply = await fetch(`${apiUrl}/_local/health`).catch(() => undefined);
  return reply?.status === 200;
}

async function startOwn(): Promise<RunningStack> {
  const [port, spotifyPort, dynamodbPort] = [3900, 3901, 3902];
  const child = spawn(process.execPath, [START, '--memory'], {
    env: {
      ...process.env,
      PORT: String(port),
      SPOTIFY_PORT: String(spotifyPort),
      DYNAMODB_PORT: String(dynamodbPort),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  const apiUrl = `http://127.0.0.1:${port}`;
  while (!(await isReady(apiUrl))) {
    const isOver = await Promise.race([
      ended.then(() => true),
      new Promise((resolve) => setTimeout(resolve, 200)),
    ]);
    if (isOver) throw new Error('the local stack did not start');
  }
  return {
    apiUrl,
    spotifyUrl: `http://127.0.0.1:${spotifyPort}`,
    pid: child.pid,
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

interface ProcessRow {
  pid: number;
  parent: number;
  ticks: number;
}

/** Every process, as Linux tells of them; elsewhere none. */
function processes(): ProcessRow[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap(rowOf);
  } catch {
    return [];
  }
}

function rowOf(name: string): ProcessRow[] {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    // After the name of the program, which may hold anything: state, parent, …, user and system ticks (14 and 15).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const field = (number: number) => Number(fields[number - 3]);
    // With those of children that have ended (16 and 17).
    return [{ pid: Number(name), parent: field(4), ticks: field(14) + field(15) + field(16) + field(17) }];
  } catch {
    return [];
  }
}

const TICKS_PER_SECOND = 100;

/** Processor time of a process and everything that it started. */
export function processorSecondsOf(pid: number | undefined): number | undefined {
  const rows = processes();
  if (pid === undefined || rows.length === 0) return undefined;
  const family = new Set([pid]);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const row of rows) if (family.has(row.parent)) family.add(row.pid);
  }
  const ticks = rows.filter((row) => family.has(row.pid)).reduce((sum, row) => sum + row.ticks, 0);
  return ticks / TICKS_PER_SECOND;
}

/** The process of `npm start`. */
function pidOfStart(): number | undefined {
  return processes().find(({ pid }) => {
    try {
      return /infra\/local\/start\.ts/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    } catch {
      return false;
    }
  })?.pid;
}
