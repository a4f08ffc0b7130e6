import { type Chronicle, FORBIDDEN, type Forbidden } from './chronicle.ts';

const GROUPS = {
  'Answers by status': 'status ',
  'Lists by kind': 'answer ',
  'Leases, by what was the reason': 'reason ',
  'What storage did to calls': 'fate ',
  'Spotify, in moods': 'mood ',
} as const;

const FIGURES = [
  'requests',
  'kills',
  'killed requests',
  'storms',
  'limits of the application',
  'storms of revocations',
  'timeouts of a machine too slow for the run',
  'calls to storage',
  'copies that storage itself refused to give',
  'leases',
  'computations handed over',
  'lists stored',
  'calls to Spotify',
  'lists that say what they lack',
  'calls of requests older than a ban',
  'tokens rotated',
  'tokens that died with a killed process',
  'people who recovered by themselves',
  'people served in the end',
] as const;

const row = (name: string, value: number | string) =>
  `  ${name.padEnd(66, ' ')} ${String(value).padStart(8)}`;

/** What a run has seen, as a table. */
export function tableOf(chronicle: Chronicle): string[] {
  const groups = Object.entries(GROUPS).flatMap(([title, beginning]) => [
    title,
    ...chronicle.countsOf(beginning).map(([name, times]) => row(name, times)),
  ]);
  const forbidden = (Object.keys(FORBIDDEN) as Forbidden[]).map((kind) =>
    row(FORBIDDEN[kind], chronicle.violatedTimes(kind)),
  );
  return [
    'Figures',
    ...FIGURES.map((name) => row(name, chronicle.counted(name))),
    ...groups,
    'What must never be',
    ...forbidden,
  ];
}

/** The violations, each with what its user had seen before. */
export function violationsOf({ violations }: Chronicle): string[] {
  return violations.flatMap(({ kind, user, text, trace }) => [
    '',
    `VIOLATION: ${FORBIDDEN[kind]}; ${user}: ${text}`,
    ...trace,
  ]);
}
