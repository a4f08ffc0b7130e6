import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../infra/local/options.ts';
import { StartProblem } from '../../../infra/local/problem.ts';

describe('options of npm start', () => {
  it('watch and tell every request unless told otherwise', () => {
    expect(readOptions([])).toEqual({
      help: false,
      memory: false,
      throttled: false,
      quiet: false,
      watch: true,
      logs: [],
      inspect: [],
    });
  });

  it('are read in any order, with functions beside them or after an equals sign, each once', () => {
    const args = ['--logs', 'get-artists', '--quiet', '--inspect=sweep', '--logs=sweep', '--logs=sweep'];
    expect(readOptions([...args, '--no-watch', '--memory', '--throttle', '--help'])).toEqual({
      help: true,
      memory: true,
      throttled: true,
      quiet: true,
      watch: false,
      logs: ['get-artists', 'sweep'],
      inspect: ['sweep'],
    });
  });

  it.each([
    [['--fast'], /^unknown option --fast: see npm start -- --help$/],
    [['fast'], /^unknown option fast: see/],
    [['toString'], /^unknown option toString: see/],
    [['--logs'], /^--logs takes the name of a function \(get-artists, .*\), and has "": see/],
    [['--inspect', 'gets-artists'], /^--inspect takes .* has "gets-artists": see/],
  ])('%j is one line, and status 2', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
    expect(() => readOptions(args)).toThrow(expect.objectContaining({ status: 2 }));
    expect(() => readOptions(args)).toThrow(StartProblem);
  });
});
