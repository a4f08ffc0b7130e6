import { cpus, totalmem } from 'node:os';
import type { Spread, Timed } from './blocks.ts';
import type { Behaviour } from './measures/behaviour.ts';
import type { Capacities } from './measures/capacity.ts';
import type { ColdStart } from './measures/cold-start.ts';
import type { HitTimes } from './measures/hits.ts';
import type { Limits } from './measures/limits.ts';
import type { Misses } from './measures/misses.ts';
import type { SweepCost } from './measures/sweep.ts';

/** All that a run found; `docs/bench.json`. */
export interface Results {
  machine: string;
  dynamodb: string;
  quick: boolean;
  coldStart: ColdStart;
  hits: HitTimes;
  capacity: Capacities;
  behaviour: Behaviour[];
  misses: Misses;
  limits: Limits;
  sweep: SweepCost[];
}

export const describeMachine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ${process.platform}-${process.arch}`;

const number = (value: number, digits = 0) =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const times = (value: number) => `${number(value, 2)}×`;
const range = ({ low, high }: Spread) => `${number(low, 2)}–${number(high, 2)}`;
const percent = (share: number) => `${number(100 * share, 1)} %`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** The figures that the service promises, and what this run found of them. */
export function targets({ coldStart, hits, capacity, misses, limits, sweep }: Results) {
  const start = coldStart.functions.find(({ name }) => name === 'get-artists');
  const medians = (of: 'store' | 'handler') => hits.sizes.map((size) => size[of].cpu.median);
  const spreadOver = (values: readonly number[]) => Math.max(...values) / Math.min(...values) - 1;
  const ours = capacity.subjects[0];
  const sweepUnits = sweep.map(({ readUnits, writeUnits }) => readUnits + writeUnits);
  const highest = (values: readonly number[]) => Math.max(...values);
  return [
    target('bytes an artist', ours?.bytesPerArtist, 40.5, 1),
    target('write units of the table for a set of 500 artists', ours?.writeUnitsPerSet, 20),
    target('CPU of store and codec, × a bare GetItem', highest(medians('store')), 1.4, 2),
    target('CPU of the whole handler, × a bare GetItem', highest(medians('handler')), 1.6, 2),
    target('the same with gzip', hits.handlerGzip.cpu.median, 2, 2),
    target('store, 50 to 10,000 artists: difference', spreadOver(medians('store')), 0.15, 3),
    target('handler, 50 to 10,000 artists: difference', spreadOver(medians('handler')), 0.15, 3),
    target('KB parsed by a cold start of get-artists', (start?.startBytes ?? Number.NaN) / 1024, 300),
    target('ms of it over an empty Node', start?.overEmptyMs.median, 45, 1),
    target('calls of a computation, an ordinary account', limits.accounts[0]?.cold, 12),
    target('any account, cold or renewed', highest(limits.accounts.flatMap(callsOf)), 30),
    target('renewals that were begun twice', limits.accounts.filter(({ begun }) => begun !== 1).length, 0),
    target('seconds until a crowd of 25 is served under a limit', crowdSeconds(limits), 150, 1),
    target('a miss over its longest chain of calls', misses.times.at(-1)?.overChain, 0.15, 3),
    target('units an expired entry, most over least live entries', spreadOver(sweepUnits), 0.05, 3),
  ];
}

const callsOf = ({ cold, renewal }: Limits['accounts'][0]) => [cold, renewal];
const crowdSeconds = ({ crowd }: Limits) => crowd.servedAfterSeconds.at(-1)?.seconds;

function target(what: string, found = Number.NaN, limit: number, digits = 0) {
  return { what, found: number(found, digits), limit: number(limit, digits), met: found <= limit };
}

function timedCells({ cpu, p50, p99 }: Timed): string[] {
  return [times(cpu.median), range(cpu), times(p50), times(p99)];
}

function peers({ capacity, hits, behaviour }: Results): string {
  const ours = hits.sizes.find(({ artists }) => artists === 500);
  const timedOf = (name: string) => hits.peers.find((peer) => peer.name === name)?.timed ?? ours?.store;
  const rows = capacity.subjects.map((own) => {
    const timed = timedOf(own.name) as Timed;
    const found = behaviour.find(({ name }) => name === own.name);
    return [
      own.name,
      number(own.bytesPerArtist, 1),
      number(own.readUnitsPerHit, 1),
      number(own.writeUnitsPerSet),
      number(own.artistsInOneItem),
      number(own.wireBytesPerHit),
      `${times(timed.cpu.median)} (${range(timed.cpu)})`,
      times(timed.p50),
      times(timed.p99),
      found ? number(found.herdLoads) : '–',
      found ? (found.keepsOldAfterInvalidation ? 'yes' : 'no') : '–',
      found ? `${found.loadsInOutage} (${found.servedInOutage} served)` : '–',
    ];
  });
  return table(
    [
      '500 artists',
      'bytes an artist',
      'read units a hit',
      'write units a set',
      'artists in one item',
      'wire bytes a hit',
      'CPU a hit',
      'p50',
      'p99',
      'loads by a herd of 10',
      'old list kept after an invalidation',
      'loads by 20 requests in an outage',
    ],
    rows,
  );
}

/** The report of a run in Markdown. */
export function markdown(results: Results): string {
  const { hits, capacity, coldStart, misses, limits, sweep } = results;
  const { writeUnits, setWithIndex } = capacity.firstComputation;
  return `# Measured

Written by \`npm run bench\`${results.quick ? ' (quick)' : ''} on ${results.machine}, against ${results.dynamodb}.
The server runs in a process of its own; CPU is the client's. A ratio compares a block of calls with a bare
\`GetItem\` of 1 KB by the SDK's client in the same round; what stands is the median of all rounds and, in brackets, the
middle half of them. ${number(hits.calls)} calls each. All is bundled as a function is.

## What was promised

${table(
  ['', 'found', 'at most', ''],
  targets(results).map(({ what, found, limit, met }) => [what, found, limit, met ? '✓' : '**missed**']),
)}

## Beside others

![Bytes, capacity and CPU beside others](bench.svg)

${peers(results)}

- This cache reads strongly consistent, on purpose: once a change was answered, no reader is given what was before it. That
  doubles its read units; the others read eventually. Units follow the size of the whole item: a projection saves bytes
  and CPU, not units.
- Write units are the table's. The index of expiry hours costs 1 more for a user's first list and 2 for every other
  (DynamoDB's published rule; an embedded DynamoDB does not count it): ${number(setWithIndex)} for 500 artists.
- The lease lies in an item of its own, so that it costs 1 unit and not a list: a first computation writes
  ${number(writeUnits)} units in all, the lease (1) included.
- "Old list kept": a list is invalidated while it is computed; is what was computed from the old state served afterwards?

## A hit, by the length of the list

${table(
  [
    'artists',
    'store: CPU',
    'half of the rounds',
    'p50',
    'p99',
    'whole handler: CPU',
    'half of the rounds',
    'p50',
    'p99',
  ],
  hits.sizes.map(({ artists, store, handler }) => [
    number(artists),
    ...timedCells(store),
    ...timedCells(handler),
  ]),
)}

With gzip, of 500 artists, the handler takes ${times(hits.handlerGzip.cpu.median)} (${range(hits.handlerGzip.cpu)}). Latencies of long
lists are the embedded server's, which parses the whole item to find a page.

## A cold start

Over an empty Node (${number(coldStart.emptyMs, 1)} ms), from the start of the process to the handler:

${table(
  ['function', 'KB parsed', 'KB in all', 'ms over an empty Node', 'half of the starts', 'CPU ms'],
  coldStart.functions.map(({ name, startBytes, totalBytes, overEmptyMs, cpuOverEmptyMs }) => [
    name,
    number(startBytes / 1024),
    number(totalBytes / 1024),
    number(overEmptyMs.median, 1),
    `${number(overEmptyMs.low, 1)}–${number(overEmptyMs.high, 1)}`,
    number(cpuOverEmptyMs, 1),
  ]),
)}

## A miss

An ordinary account (50 followed artists, 150 saved tracks, 99 top artists a term): ${misses.calls} calls to Spotify, of which
${misses.longestChain} wait for each other. From two latencies: ${number(misses.measuredChain, 2)} calls long.

${table(
  ['Spotify takes', 'a miss takes', 'over its longest chain'],
  misses.times.map(({ latencyMs, missMs, overChain }) => [
    `${latencyMs} ms`,
    `${number(missMs)} ms`,
    percent(overChain),
  ]),
)}

## Calls of Spotify

At ${limits.latencyMs} ms a call; a renewal three hours later, with an old copy at hand. The token's refresh counts.

${table(
  ['account', 'top artists a term', 'followed', 'saved tracks', 'calls, cold', 'at renewal', 'times begun'],
  limits.accounts.map(({ name, sizes, cold, renewal, begun }) => [
    name,
    ...[sizes.top, sizes.followed, sizes.saved, cold, renewal, begun].map((value) => number(value)),
  ]),
)}

${limits.crowd.ordinary} ordinary users and a heavy one open the app at the same moment, none has a list, and Spotify allows
${limits.crowd.callsIn30s} calls in 30 s. Each asks again when it was told to. ${number(limits.crowd.calls)} calls in all; the heavy one is served after
${number(limits.crowd.heavySeconds, 1)} s.

${table(
  ['ordinary users served', 'after'],
  limits.crowd.servedAfterSeconds.map(({ users, seconds }) => [number(users), `${number(seconds, 1)} s`]),
)}

## The sweep

What an expired entry costs (lists of 10 artists, 200 expired):

${table(
  ['live entries', 'read units', 'write units', 'calls'],
  sweep.map(({ live, readUnits, writeUnits, calls }) => [
    number(live),
    number(readUnits, 3),
    number(writeUnits, 3),
    number(calls, 3),
  ]),
)}

The sweep never meets a live entry: it queries the index by the hours that are over, and a live entry stands in an hour to
come. So a million live entries, or a hundred million, cost what a thousand do.
`;
}
