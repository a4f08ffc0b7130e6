import { splitTarget } from './gateway/event.ts';
import type { Answered } from './gateway/gateway.ts';

/** Whose value is worth reading, and cannot be a secret. */
const SHOWN_PARAMETERS: ReadonlySet<string> = new Set(['page', 'limit', 'window']);
const LONGEST_TARGET = 120;

/**
 * The lines of the terminal, one a request. The console page asks for the statistics every few seconds: of its requests in
 * a row the first is told.
 */
export function createRequestLines(print: (line: string) => void) {
  let last = '';
  return (answered: Answered): void => {
    const kind = `${answered.method} ${answered.target} ${answered.status}`;
    if (kind === last && answered.target.startsWith('/api/cache/stats')) return;
    last = kind;
    print(lineOf(answered));
  };
}

function lineOf({ method, target, status, ms, cacheStatus, requestId }: Answered): string {
  const parts = [
    printable(method).padEnd(4),
    safeTarget(target).padEnd(36),
    String(status),
    `${ms.toFixed(0)} ms`.padStart(8),
    printable(cacheStatus ?? '-'),
    requestId,
  ];
  return parts.join('  ');
}

/** Without what may be a secret: of a parameter that we do not know, the name. */
export function safeTarget(target: string): string {
  const [path, query] = splitTarget(target);
  const parameters = [...new URLSearchParams(query)].map(
    ([name, value]) => `${name}=${SHOWN_PARAMETERS.has(name) ? value : '…'}`,
  );
  const text = [path, parameters.join('&')].filter(Boolean).join('?');
  const shown = [...text].map((character) => (character === '…' ? character : printable(character))).join('');
  return shown.length > LONGEST_TARGET ? `${shown.slice(0, LONGEST_TARGET)}…` : shown;
}

/** A terminal obeys what is not printable. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?');
}
