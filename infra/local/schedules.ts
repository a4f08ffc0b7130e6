import { type Clock, systemClock } from '../../shared/clock.ts';
import type { Outcome } from './lambda/outcome.ts';
import type { LambdaService } from './lambda/service.ts';
import type { ScheduleSpec } from './template/schedules.ts';

interface SchedulesOptions {
  readonly schedules: readonly ScheduleSpec[];
  readonly lambda: Pick<LambdaService, 'invoke'>;
  readonly clock?: Clock;
}

/** The schedules of the template: each runs its function every so often, and when asked to. */
export function startSchedules({ schedules, lambda, clock = systemClock }: SchedulesOptions) {
  const stopping = new AbortController();

  async function repeat({ everyMs, functionArn, input }: ScheduleSpec): Promise<void> {
    for (;;) {
      await clock.sleep(everyMs, stopping.signal);
      await lambda.invoke(functionArn, input);
    }
  }

  for (const schedule of schedules) {
    repeat(schedule).catch((error: unknown) => {
      if (!stopping.signal.aborted) console.error(`schedule ${schedule.name} has stopped`, error);
    });
  }

  return {
    /**
     * Runs a schedule now, whatever its hour.
     * @param part the last part of the schedule's name, such as `sweep`
     */
    async runNow(part: string): Promise<Outcome> {
      const schedule = schedules.find(({ name }) => name === part || name.endsWith(`-${part}`));
      if (!schedule) throw new Error(`the templates have no schedule ${part}`);
      return lambda.invoke(schedule.functionArn, schedule.input);
    },
    close(): void {
      stopping.abort(new Error('the local stack is stopping'));
    },
  };
}
