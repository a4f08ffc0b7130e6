import fc from 'fast-check';

export const USERS = ['ann', 'bob'] as const;
export type User = (typeof USERS)[number];

/** How the platform is, for everybody. */
export type Weather =
  | 'ok'
  | 'down'
  | 'second page fails'
  /** The endpoint of saved tracks alone: a list can do without it. */
  | 'saved tracks fail'
  | 'quota of saved tracks'
  | 'rate-limited'
  | 'rate-limited for a second'
  /** An outage of the token endpoint that looks like revocations. */
  | 'refuses every token'
  | 'slow'
  | 'nearly dead';

export type Action =
  | { kind: 'request'; user: User; page: number; patient: boolean }
  | { kind: 'toggle'; user: User; artist: number; selected: boolean }
  /** One toggle and one look after the other, many times. */
  | { kind: 'toggles'; user: User }
  /** Syncs beside a look, while the platform is slow: each needs a token. */
  | { kind: 'side by side'; user: User }
  /** Every token is called revoked, for long enough that a revocation would be confirmed. */
  | { kind: 'storm'; user: User }
  /** The tokens of many others are called revoked. */
  | { kind: 'others are refused' }
  | { kind: 'sync'; user: User }
  | { kind: 'connect'; user: User }
  | { kind: 'disconnect'; user: User }
  /** The user revokes the consent at the platform. */
  | { kind: 'revoke'; user: User }
  | { kind: 'weather'; weather: Weather }
  | { kind: 'sweep' }
  | { kind: 'time passes'; ms: number };

export interface PlannedAction {
  action: Action;
  skewMs: number;
  /** Begins only when everything before it has come to its end. */
  settled: boolean;
}

/** What shall happen. In which order, and what goes wrong meanwhile, is for the choices. */
export interface Plan {
  /** How old the lists of all users are in the beginning; undefined: there are none. */
  listAgeMs: number | undefined;
  actions: PlannedAction[];
  /** Lists are long enough to have a part. */
  spill: boolean;
  /** From 0 to 255: how much each actor tends to go on before it is another's turn. */
  steadiness: number;
  /** Storage fails and instances die. */
  faults: boolean;
  choices: Uint8Array;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Mostly the same one: things have to meet. */
const user = fc.constantFrom<User>('ann', 'ann', 'ann', 'bob');
const weight = <T>(n: number, arbitrary: fc.Arbitrary<T>) => ({ weight: n, arbitrary });

const action: fc.Arbitrary<Action> = fc.oneof(
  weight(
    10,
    fc.record({
      kind: fc.constant('request' as const),
      user,
      page: fc.constantFrom(0, 0, 1),
      patient: fc.boolean(),
    }),
  ),
  weight(
    6,
    fc.record({
      kind: fc.constant('toggle' as const),
      user,
      artist: fc.constantFrom(0, 0, 1),
      selected: fc.constantFrom(true, true, false),
    }),
  ),
  weight(1, fc.record({ kind: fc.constant('toggles' as const), user })),
  weight(1, fc.record({ kind: fc.constant('side by side' as const), user })),
  weight(1, fc.record({ kind: fc.constant('storm' as const), user })),
  weight(3, fc.record({ kind: fc.constant('sync' as const), user })),
  weight(1, fc.record({ kind: fc.constant('connect' as const), user })),
  weight(2, fc.record({ kind: fc.constant('disconnect' as const), user })),
  weight(1, fc.record({ kind: fc.constant('revoke' as const), user })),
  weight(
    3,
    fc.record({
      kind: fc.constant('weather' as const),
      weather: fc.constantFrom<Weather>(
        'ok',
        'ok',
        'down',
        'second page fails',
        'saved tracks fail',
        'quota of saved tracks',
        'rate-limited',
        'rate-limited for a second',
        'slow',
        'nearly dead',
      ),
    }),
  ),
  weight(1, fc.record({ kind: fc.constant('sweep' as const) })),
  weight(
    4,
    fc.record({
      kind: fc.constant('time passes' as const),
      ms: fc.constantFrom(SECOND, 5 * SECOND, 9 * SECOND, 31 * SECOND, 11 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR),
    }),
  ),
);

export const plans: fc.Arbitrary<Plan> = fc.record({
  listAgeMs: fc.constantFrom(undefined, undefined, MINUTE, 3 * HOUR, 3 * HOUR, 6 * HOUR - 10 * SECOND),
  actions: fc.array(
    fc.record({
      action,
      skewMs: fc.constantFrom(0, 0, 0, SECOND, 5 * MINUTE, -5 * MINUTE),
      settled: fc.constantFrom(false, false, true),
    }),
    { minLength: 3, maxLength: 12, size: 'max' },
  ),
  steadiness: fc.constantFrom(0, 150, 205),
  spill: fc.constantFrom(false, false, true),
  faults: fc.boolean(),
  choices: fc.uint8Array({ minLength: 0, maxLength: 400, size: 'max' }),
});

/** One more than may be brought about at once, and then some. */
const TOGGLES_IN_A_LOOP = 13;

/** The user is refused, again when that could be confirmed, and then all is well. */
function stormOver(user: User, planned: PlannedAction): PlannedAction[] {
  const look = { kind: 'request', user, page: 0, patient: true } as const;
  const actions: Action[] = [
    { kind: 'weather', weather: 'refuses every token' },
    { kind: 'others are refused' },
    look,
    { kind: 'time passes', ms: 11 * MINUTE },
    look,
    { kind: 'weather', weather: 'ok' },
  ];
  return actions.map((action) => ({ ...planned, settled: true, action }));
}

function sideBySide(user: User, planned: PlannedAction): PlannedAction[] {
  const sync = { kind: 'sync', user } as const;
  const look = { kind: 'request', user, page: 0, patient: true } as const;
  const actions: Action[] = [{ kind: 'weather', weather: 'slow' }, sync, look, sync];
  return actions.map((action, i) => ({ ...planned, settled: i === 0, action }));
}

/** As it is planned; toggles in a loop, one by one, each with a look at the list when it has come to its end. */
export function inSteps(planned: PlannedAction): PlannedAction[] {
  const { action } = planned;
  if (action.kind === 'storm') return stormOver(action.user, planned);
  if (action.kind === 'side by side') return sideBySide(action.user, planned);
  if (action.kind !== 'toggles') return [planned];
  const { user } = action;
  return Array.from({ length: 2 * TOGGLES_IN_A_LOOP }, (_, i) => ({
    ...planned,
    settled: true,
    action:
      i % 2 === 0
        ? { kind: 'toggle', user, artist: 0, selected: i % 4 === 0 }
        : { kind: 'request', user, page: 0, patient: true },
  }));
}
