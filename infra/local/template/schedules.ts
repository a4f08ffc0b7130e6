import type { Found, Resolver } from './resolve.ts';

export interface ScheduleSpec {
  readonly name: string;
  readonly everyMs: number;
  readonly functionArn: string;
  /** The event, as JSON. */
  readonly input: string;
}

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The schedules of EventBridge Scheduler that are switched on. */
export function readSchedules(resolver: Resolver): ScheduleSpec[] {
  return resolver
    .all('AWS::Scheduler::Schedule')
    .filter((schedule) => schedule.property('State') !== 'DISABLED')
    .map(readSchedule);
}

function readSchedule(schedule: Found): ScheduleSpec {
  const expression = String(schedule.property('ScheduleExpression'));
  const [, amount, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const unitMs = UNIT_MS[unit];
  if (!unitMs)
    throw new Error(`schedule ${schedule.ref}: the local stack knows rate(…) only, not ${expression}`);
  const target = schedule.property('Target') as { Arn: string; Input?: string };
  return {
    name: schedule.ref,
    everyMs: Number(amount) * unitMs,
    functionArn: target.Arn,
    input: target.Input ?? '{}',
  };
}
