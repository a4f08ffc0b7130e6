/**
 * Derives the static code of texts (shared/cache/codec/text-table.ts) from names of artists, and tells what it costs
 * on names that it has not seen. Run by hand: `node test/bench/train-name-code.ts` prints the table and the costs.
 *
 * The table in the repository is frozen: stored lists are written with it. A new table belongs to a new version
 * of the format, beside the old one.
 */
import { readFileSync } from 'node:fs';
import {
  CONTEXT_COUNT,
  contextAfter,
  END,
  ESCAPE,
  SYMBOL_COUNT,
  symbolOf,
  TEXT_START,
  WIDE,
} from '../../shared/cache/codec/text-model.ts';

/** 11 bits: tables of 28 KB, which stay in the cache of a core; 12 save 0.04 byte a name. */
const LONGEST_CODE = 11;

/** What a context has seen counts this much less than it: the weight, in symbols, of the frequencies over all contexts. */
const PRIOR_SYMBOLS = 8;

const FOLDS = 5;

type Code = readonly (readonly number[])[];

const read = (file: string): string[] =>
  readFileSync(new URL(file, import.meta.url), 'utf8')
    .split(/[|\n]/)
    .filter((name) => name !== '');

const trainingNames = read('training-names.txt');
const unseenNames = read('unseen-names.txt');

/** The symbols of a name, its end included, each with the context that it is coded in. */
function* coded(name: string): Generator<{ context: number; symbol: number }> {
  let context = TEXT_START;
  for (let i = 0; i < name.length; i++) {
    const symbol = symbolOf(name.charCodeAt(i));
    yield { context, symbol };
    context = contextAfter(context, symbol);
  }
  yield { context, symbol: END };
}

function train(names: readonly string[]): Code {
  const overall = new Float64Array(SYMBOL_COUNT).fill(0.02);
  // Names in other scripts are rare in the training set and start with this mark; about one in forty does.
  overall[ESCAPE] = 2;
  overall[WIDE] = 0;
  const byContext = Array.from({ length: CONTEXT_COUNT }, () => new Float64Array(SYMBOL_COUNT));
  for (const { context, symbol } of names.flatMap((name) => [...coded(name)])) {
    add(overall, symbol, 1);
    add(byContext[context], symbol, 1);
  }
  add(byContext[TEXT_START], WIDE, names.length / 40);
  const total = overall.reduce((sum, weight) => sum + weight);
  return byContext.map((weights) =>
    limitedLengths(
      Array.from(weights, (weight, symbol) => weight + (PRIOR_SYMBOLS * (overall[symbol] ?? 0)) / total),
    ),
  );
}

function add(weights: Float64Array | undefined, symbol: number, weight: number): void {
  if (weights !== undefined) weights[symbol] = (weights[symbol] ?? 0) + weight;
}

/** Optimal lengths of at most LONGEST_CODE bits (package-merge, Larmore and Hirschberg 1990); 0 for a weight of 0. */
function limitedLengths(weights: readonly number[]): number[] {
  const leaves = weights
    .map((weight, symbol) => ({ weight, symbols: [symbol] }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => a.weight - b.weight);
  let merged: typeof leaves = [];
  for (let level = 0; level < LONGEST_CODE; level++) {
    const packages: typeof leaves = [];
    for (let i = 0; i + 1 < merged.length; i += 2) {
      const pair = merged.slice(i, i + 2);
      packages.push({
        weight: pair.reduce((sum, { weight }) => sum + weight, 0),
        symbols: pair.flatMap(({ symbols }) => symbols),
      });
    }
    merged = [...leaves, ...packages].sort((a, b) => a.weight - b.weight);
  }
  const lengths = new Array<number>(weights.length).fill(0);
  for (const symbol of merged.slice(0, 2 * leaves.length - 2).flatMap(({ symbols }) => symbols)) {
    lengths[symbol] = (lengths[symbol] ?? 0) + 1;
  }
  return lengths;
}

/** Bits of a name, the cheaper way, as `writeText` writes it. */
function bitsOf(code: Code, name: string): number {
  const narrow = [...coded(name)].reduce(
    (sum, { context, symbol }) => sum + (code[context]?.[symbol] ?? 0) + (symbol === ESCAPE ? 16 : 0),
    0,
  );
  const wide = (code[TEXT_START]?.[WIDE] ?? 0) + (name.length > 15 ? 10 : 5) + 16 * name.length;
  return name.length * 16 < narrow ? wide : narrow;
}

function report(what: string, names: readonly string[], bits: number): void {
  const characters = names.reduce((sum, name) => sum + name.length, 0);
  const perName = (bits / 8 / names.length).toFixed(2);
  console.error(`${what}: ${perName} bytes a name of ${(characters / names.length).toFixed(1)} characters`);
}

const code = train(trainingNames);
console.log(
  code.map((lengths) => `  '${lengths.map((length) => length.toString(36)).join('')}',`).join('\n'),
);

report(
  'seen',
  trainingNames,
  trainingNames.reduce((sum, name) => sum + bitsOf(code, name), 0),
);
let crossValidated = 0;
for (let fold = 0; fold < FOLDS; fold++) {
  const others = train(trainingNames.filter((_, i) => i % FOLDS !== fold));
  const held = trainingNames.filter((_, i) => i % FOLDS === fold);
  crossValidated += held.reduce((sum, name) => sum + bitsOf(others, name), 0);
}
report('each fold by a code trained on the others', trainingNames, crossValidated);
report(
  'unseen, 5 % in other scripts',
  unseenNames,
  unseenNames.reduce((sum, name) => sum + bitsOf(code, name), 0),
);
