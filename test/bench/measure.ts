import { fork } from 'node:child_process';
import { once } from 'node:events';

/*
 * Each measure is a process of its own: what one has left behind, heap and optimised code, does not weigh on the next.
 */

/** What a measure may be told, beside its environment. */
export interface Settings {
  quick: boolean;
  /** Where the bundles are, `subjects` among them. */
  bundles: string;
  /** The DynamoDB, where the environment names the meter. */
  dynamodbUrl: string;
}

type Message<T> = { progress: string } | { result: T } | { error: string };

/** Runs `measures/<name>.ts` to its end. */
export async function runMeasure<T>(
  name: string,
  {
    settings,
    environment,
    onProgress,
    onAsk,
  }: {
    settings: Settings;
    environment: Readonly<Record<string, string>>;
    onProgress: (text: string) => void;
    /** Answers what the measure asks its parent: what the meter counted. */
    onAsk: () => Promise<unknown>;
  },
): Promise<T> {
  const child = fork(new URL(`./measures/${name}.ts`, import.meta.url), [JSON.stringify(settings)], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment },
    // What functions write to their log is no part of the report.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  child.on('message', (message: Message<T> | 'ask') => {
    if (message === 'ask') void onAsk().then((answer) => child.send({ answer }));
    else if ('progress' in message) onProgress(message.progress);
    else if ('result' in message) resolve(message.result);
    else reject(new Error(`${name}: ${message.error}`));
  });
  child.once('exit', (code) => reject(new Error(`${name} ended with ${code}, and no result`)));
  try {
    return await promise;
  } finally {
    child.disconnect();
    if (child.exitCode === null) await once(child, 'exit');
  }
}

interface Context extends Settings {
  progress(text: string): void;
  /** Asks the parent: what the meter counted since the last time. */
  ask<T>(): Promise<T>;
}

/** The body of a measure's process. */
export async function measure<T>(work: (context: Context) => Promise<T>): Promise<void> {
  const settings: Settings = JSON.parse(process.argv[2] ?? '{}');
  process.once('disconnect', () => process.exit());
  try {
    const result = await work({
      ...settings,
      progress: (text) => process.send?.({ progress: text }),
      async ask<T>() {
        process.send?.('ask');
        return ((await once(process, 'message')) as [{ answer: T }])[0].answer;
      },
    });
    process.send?.({ result });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
