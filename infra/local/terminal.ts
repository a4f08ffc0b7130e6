import type { FunctionName } from '../functions.ts';
import type { Options } from './options.ts';
import { createRequestLines } from './request-line.ts';
import type { Settings } from './settings.ts';
import type { LocalStack, LocalStackOptions } from './stack.ts';
import { tour } from './tour.ts';

const row = (name: string, text: string) => `${name.padEnd(9)} ${text}`;

/** What the terminal shows of a stack that starts and runs. */
export function createTerminal({ quiet, logs }: Pick<Options, 'quiet' | 'logs'>) {
  const say = (name: string, text: string) => console.log(row(name, text));
  const shown: readonly string[] = logs;

  return {
    say,
    complain: (name: string, text: string) => console.error(row(name, text)),
    listeners: {
      onPart: (part, detail, ms) => say(part, `${detail}  (${Math.round(ms)} ms)`),
      onProgress: (part, detail) => say(part, `${detail} …`),
      onFailure: (message) => console.error(message),
      ...(quiet ? {} : { onAnswered: createRequestLines((line) => console.log(line)) }),
      onLog(functionName, line) {
        const name = shown.find((one) => functionName.endsWith(`-${one}`));
        if (name) console.log(`${name} | ${line}`);
      },
    } satisfies Partial<LocalStackOptions>,
  };
}

interface Started {
  readonly settings: Pick<Settings, 'redirectUri'>;
  readonly ports: ReadonlyMap<FunctionName, number>;
  readonly ms: number;
}

/** What there is now, and how to begin. */
export function welcome(stack: LocalStack, { settings, ports, ms }: Started): string {
  const { apiUrl, spotifyUrl, outsideUrl, logDirectory } = stack;
  const lines = [row('Logs', logDirectory)];
  for (const [name, port] of ports) {
    lines.push(row('Inspect', `${name} at 127.0.0.1:${port}: attach an editor, or chrome://inspect`));
  }
  if (settings.redirectUri) {
    lines.push(
      row('Redirect', `${settings.redirectUri}: Spotify sends users there, not to the console page`),
    );
  }
  if (outsideUrl) {
    lines.push(
      row('HOST', `open to every device of the network at ${outsideUrl}`),
      row(
        '',
        'who reaches it is signed in as anybody: close it (without HOST) where you do not trust the network',
      ),
    );
  }
  return `${lines.join('\n')}
Ready in ${Math.round(ms)} ms. See it work: ${apiUrl}/

Or a tour, to paste into a shell:

${tour(apiUrl, spotifyUrl !== undefined)}
`;
}
