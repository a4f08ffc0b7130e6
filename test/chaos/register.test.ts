import { expect, it } from 'vitest';
import { ANYTHING, createRegister } from './register.ts';

const values = (
  register: ReturnType<typeof createRegister<string>>,
  fromMs: number,
  untilMs = fromMs + 1,
) => [...register.possible(fromMs, untilMs)];

it('shows a value to those who began to read after it was confirmed, and to none the one before', () => {
  const register = createRegister('first');
  register.begin('second', 10)('done', 20);
  expect(values(register, 5)).toEqual(['first']);
  expect(values(register, 20)).toEqual(['second']);
});

it('shows both to those who read while it is written', () => {
  const register = createRegister('first');
  register.begin('second', 10)('done', 20);
  expect(values(register, 5, 11)).toEqual(['first', 'second']);
  expect(values(register, 19, 30)).toEqual(['first', 'second']);
});

it('shows what ended in doubt until something else is confirmed', () => {
  const register = createRegister('first');
  register.begin('second', 10)('unknown', 20);
  expect(values(register, 1_000)).toEqual(['first', 'second']);
  register.begin('third', 2_000)('done', 2_010);
  expect(values(register, 2_010)).toEqual(['third']);
});

it('never shows what certainly changed nothing', () => {
  const register = createRegister('first');
  register.begin('second', 10)('void', 20);
  expect(values(register, 15, 30)).toEqual(['first']);
});

it('leaves open what a write without a known value has written, until its reply tells', () => {
  const register = createRegister('first');
  const end = register.begin(undefined, 10);
  expect(values(register, 15)).toEqual(['first', ANYTHING]);
  end('done', 20, 'second');
  expect(values(register, 20)).toEqual(['second']);
});
