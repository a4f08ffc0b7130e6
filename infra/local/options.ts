import { type FunctionName, functionNames } from '../functions.ts';
import { StartProblem } from './problem.ts';

/** What `npm start --` is told. */
export interface Options {
  readonly help: boolean;
  /** Nothing is kept. */
  readonly memory: boolean;
  /** Whether the limits of the gateway's routes hold, as they do once deployed. */
  readonly throttled: boolean;
  /** No line for each request. */
  readonly quiet: boolean;
  /** Whether what is edited runs at once. */
  readonly watch: boolean;
  /** Functions whose logs are shown in the terminal. */
  readonly logs: readonly FunctionName[];
  /** Functions that run under a debugger. */
  readonly inspect: readonly FunctionName[];
}

const SWITCHES = {
  '--help': 'help',
  '--memory': 'memory',
  '--throttle': 'throttled',
  '--quiet': 'quiet',
  '--no-watch': 'noWatch',
} as const;
const OF_FUNCTIONS = { '--logs': 'logs', '--inspect': 'inspect' } as const;

/** A wrong argument ends with another status than what is wrong with the machine. */
const WRONG_ARGUMENT = 2;

/**
 * `--name`, `--name function` or `--name=function`; the last two as often as wanted.
 *
 * @throws StartProblem of one line, with status 2
 */
export function readOptions(args: readonly string[]): Options {
  const given = { help: false, memory: false, throttled: false, quiet: false, noWatch: false };
  const functions = { logs: new Set<FunctionName>(), inspect: new Set<FunctionName>() };
  const rest = args.flatMap((arg) => splitAtEquals(arg));
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (has(SWITCHES, arg)) given[SWITCHES[arg]] = true;
    else if (has(OF_FUNCTIONS, arg)) functions[OF_FUNCTIONS[arg]].add(functionIn(arg, rest.shift()));
    else throw wrong(`unknown option ${arg}`);
  }
  const { noWatch, ...switches } = given;
  return { ...switches, watch: !noWatch, logs: [...functions.logs], inspect: [...functions.inspect] };
}

function splitAtEquals(arg: string): string[] {
  const at = arg.startsWith('--') ? arg.indexOf('=') : -1;
  return at < 0 ? [arg] : [arg.slice(0, at), arg.slice(at + 1)];
}

function has<Row extends object>(row: Row, key: PropertyKey): key is keyof Row {
  return Object.hasOwn(row, key);
}

function functionIn(option: string, name = ''): FunctionName {
  const known = functionNames.find((one) => one === name);
  if (known) return known;
  throw wrong(`${option} takes the name of a function (${functionNames.join(', ')}), and has "${name}"`);
}

function wrong(message: string): StartProblem {
  return new StartProblem(`${message}: see npm start -- --help`, { status: WRONG_ARGUMENT });
}
