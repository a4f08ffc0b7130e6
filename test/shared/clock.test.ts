import { expect, test } from 'vitest';
import { untilAborted } from '../../shared/clock.ts';

const pending = new Promise<never>(() => undefined);

test('work that ends in time is what it is', async () => {
  const { signal } = new AbortController();
  await expect(untilAborted(Promise.resolve(42), signal)).resolves.toBe(42);
  await expect(untilAborted(Promise.reject(new Error('its own')), signal)).rejects.toThrow('its own');
});

test('work that is deaf to its signal is left behind', async () => {
  const controller = new AbortController();
  const result = untilAborted(pending, controller.signal);
  controller.abort(new Error('too late'));
  await expect(result).rejects.toThrow('too late');
});

test('a signal that was given before wins over work that fails, whose failure is ignored', async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  const result = untilAborted(promise, AbortSignal.abort(new Error('too late')));
  reject(new Error('ignored'));
  await expect(result).rejects.toThrow('too late');
});
