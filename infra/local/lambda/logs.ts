import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

export interface Logs {
  write(functionName: string, line: string): void;
  /** The last lines of a function, oldest first. */
  read(functionName: string): string[];
  close(): Promise<void>;
}

/** Per function; the files keep everything since the start. */
const KEPT_LINES = 20_000;

/**
 * What the functions write, line by line: into `<directory>/<function>.log`, and kept for tests.
 *
 * @param onLine told of each line
 */
export function createLogs(
  directory: string | undefined,
  onLine: (functionName: string, line: string) => void = () => undefined,
): Logs {
  const lines = new Map<string, string[]>();
  const files = new Map<string, WriteStream>();
  if (directory) mkdirSync(directory, { recursive: true });

  function fileOf(functionName: string): WriteStream | undefined {
    if (!directory) return undefined;
    const open = files.get(functionName) ?? createWriteStream(join(directory, `${functionName}.log`));
    files.set(functionName, open);
    return open;
  }

  return {
    write(functionName, line) {
      const kept = lines.get(functionName) ?? [];
      lines.set(functionName, kept);
      kept.push(line);
      if (kept.length > KEPT_LINES) kept.splice(0, kept.length - KEPT_LINES);
      fileOf(functionName)?.write(`${line}\n`);
      onLine(functionName, line);
    },
    read: (functionName) => [...(lines.get(functionName) ?? [])],
    async close() {
      await Promise.all([...files.values()].map((file) => new Promise((resolve) => file.end(resolve))));
    },
  };
}
