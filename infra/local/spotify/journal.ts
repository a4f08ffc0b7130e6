import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

export type Journal = ReturnType<typeof openJournal>;

/** A key with its value, or alone once it is gone. */
type Line = [key: string, value?: unknown];

/**
 * What outlives the stand-in, however it ended: values by key in a file of JSON lines. Each change is written before it
 * is answered. At the start the file is written anew, with what still counts; one that was cut off would be worse than the
 * old one, so it takes the place of the old one only when it is whole.
 *
 * @param path undefined: nothing is kept
 * @param counts false for a value that is not worth keeping any more
 */
export function openJournal(
  path: string | undefined,
  counts: (key: string, value: unknown) => boolean = () => true,
) {
  const kept = new Map([...readKept(path)].filter(([key, value]) => counts(key, value)));
  if (path) {
    writeFileSync(`${path}.new`, [...kept].map(textOf).join(''), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  function add(line: Line): void {
    if (path) appendFileSync(path, textOf(line));
  }

  return {
    /** What was kept of those whose key begins so, by the rest of the key. */
    kept<Value>(prefix: string): [rest: string, value: Value][] {
      return [...kept]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), value as Value]);
    },
    put: (key: string, value: unknown): void => add([key, value]),
    remove: (key: string): void => add([key]),
  };
}

const textOf = (line: Line) => `${JSON.stringify(line)}\n`;

function readKept(path: string | undefined): Map<string, unknown> {
  const kept = new Map<string, unknown>();
  if (!path || !existsSync(path)) return kept;
  for (const text of readFileSync(path, 'utf8').split('\n')) {
    const [key, value] = parseLine(text) ?? [];
    if (typeof key !== 'string') continue;
    if (value === undefined) kept.delete(key);
    else kept.set(key, value);
  }
  return kept;
}

/** The last line may be cut off in the middle: its change was not answered. */
function parseLine(text: string): Line | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? (parsed as unknown as Line) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
