import { expect, it } from 'vitest';
import type { Answered } from '../../../infra/local/gateway/gateway.ts';
import { createRequestLines, safeTarget } from '../../../infra/local/request-line.ts';

const answered = (changes: Partial<Answered> = {}): Answered => ({
  requestId: 'JKJaXmPLvHcESHA=',
  method: 'GET',
  target: '/api/user/artists?page=0&limit=10',
  status: 200,
  ms: 12.4,
  cacheStatus: 'artists; hit; ttl=9200',
  ...changes,
});

function linesOf(...requests: Answered[]): string[] {
  const lines: string[] = [];
  const tell = createRequestLines((line) => lines.push(line));
  for (const request of requests) tell(request);
  return lines;
}

it('a request is one line: what was asked, what was answered, how fast, out of where, and its id', () => {
  expect(linesOf(answered(), answered({ status: 401, cacheStatus: undefined, method: 'POST' }))).toEqual([
    'GET   /api/user/artists?page=0&limit=10     200     12 ms  artists; hit; ttl=9200  JKJaXmPLvHcESHA=',
    'POST  /api/user/artists?page=0&limit=10     401     12 ms  -  JKJaXmPLvHcESHA=',
  ]);
});

it('of the statistics that the console page asks for again and again, the first of a row is told', () => {
  const stats = answered({ target: '/api/cache/stats?window=1h' });
  expect(linesOf(stats, stats, answered(), answered(), stats)).toHaveLength(4);
});

it.each([
  ['/callback?code=AQsecret&state=secret', '/callback?code=…&state=…'],
  ['/api/user/artists?page=0&token=secret', '/api/user/artists?page=0&token=…'],
  ['/\u001b[31mred\u009bx', '/?[31mred?x'],
  [`/${'x'.repeat(300)}`, `/${'x'.repeat(119)}…`],
])('of %j a terminal is shown %j', (target, shown) => {
  expect(safeTarget(target)).toBe(shown);
});
