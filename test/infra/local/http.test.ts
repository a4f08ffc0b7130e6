import { describe, expect, it } from 'vitest';
import { portProblem, serve } from '../../../infra/local/http.ts';
import { StartProblem } from '../../../infra/local/problem.ts';

const errorOf = (code: string) => Object.assign(new Error(code), { code });

describe('a port that cannot be had is one line that says what to do', () => {
  it.each([
    ['EADDRINUSE', 'port 443 is taken: stop what listens there, or choose another with PORT=…'],
    ['EACCES', 'port 443 is not allowed: choose another with PORT=…'],
  ])('%s', (code, message) => {
    const problem = portProblem(errorOf(code), 443, 'PORT');
    expect(problem).toBeInstanceOf(StartProblem);
    expect(problem).toMatchObject({ message, cause: { code } });
  });

  it('but only what is known: any other error stays itself', () => {
    const error = errorOf('EPERM');
    expect(portProblem(error, 443, 'PORT')).toBe(error);
  });

  it('nor may it be one that browsers refuse to call, and that is free again then', async () => {
    for (let attempt = 0; attempt < 2; attempt++) {
      const served = serve((_request, response) => void response.end(), { port: 6566, variable: 'PORT' });
      await expect(served).rejects.toThrow('browsers refuse to call port 6566: choose another with PORT=…');
    }
  });
});
