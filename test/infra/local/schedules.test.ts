import { describe, expect, it, vi } from 'vitest';
import { startSchedules } from '../../../infra/local/schedules.ts';

const HOURLY = { name: 'app-dev-sweep', everyMs: 3_600_000, functionArn: 'arn:sweep', input: '{"a":1}' };

/** A clock on which time passes when the test says so. */
function manualClock() {
  const waiting: { ms: number; wake: () => void }[] = [];
  return {
    waiting,
    nowMs: () => 0,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
        waiting.push({ ms, wake: resolve });
      }),
  };
}

function setUp() {
  const clock = manualClock();
  const invoke = vi.fn(async () => ({ kind: 'ok' as const, payload: '{"deleted":0}' }));
  return { clock, invoke, schedules: startSchedules({ schedules: [HOURLY], lambda: { invoke }, clock }) };
}

describe('schedules', () => {
  it('run their function after each hour, with their input', async () => {
    const { clock, invoke, schedules } = setUp();
    expect(invoke).not.toHaveBeenCalled();

    for (let hour = 1; hour <= 2; hour++) {
      expect(clock.waiting[0]?.ms).toBe(3_600_000);
      clock.waiting.shift()?.wake();
      await expect.poll(() => invoke.mock.calls.length).toBe(hour);
      await expect.poll(() => clock.waiting.length).toBe(1);
    }
    expect(invoke).toHaveBeenCalledWith('arn:sweep', '{"a":1}');
    schedules.close();
  });

  it('run now when asked by the last part of their name', async () => {
    const { invoke, schedules } = setUp();
    expect(await schedules.runNow('sweep')).toEqual({ kind: 'ok', payload: '{"deleted":0}' });
    expect(invoke).toHaveBeenCalledOnce();
    await expect(schedules.runNow('other')).rejects.toThrow('no schedule other');
    schedules.close();
  });
});
