import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { curlOf } from '../../../../infra/local/console/state/curl.ts';
import type { Exchange } from '../../../../infra/local/console/state/types.ts';

const exchange = (changes: Partial<Exchange> = {}): Exchange => ({
  method: 'GET',
  url: 'http://127.0.0.1:3000/api/user/artists?page=0&limit=10',
  requestHeaders: [['authorization', 'Bearer a.b.c']],
  requestBody: '',
  replyHeaders: [],
  replyBody: '',
  ...changes,
});

/** The arguments that a shell makes of a command. */
const argumentsOf = (command: string): string[] =>
  execFileSync('/bin/sh', ['-c', `curl() { for arg; do printf '%s\\0' "$arg"; done; }; ${command}`])
    .toString()
    .split('\0')
    .slice(0, -1);

it('a request for the shell has its address, its headers and its token', () => {
  expect(argumentsOf(curlOf(exchange()))).toEqual([
    '-i',
    'http://127.0.0.1:3000/api/user/artists?page=0&limit=10',
    '-H',
    'authorization: Bearer a.b.c',
  ]);
});

it('and its body, whatever stands in it', () => {
  const requestBody = `{"name":"it's $HOME \\\\ \`x\`"}`;
  expect(argumentsOf(curlOf(exchange({ method: 'POST', requestBody })))).toEqual([
    '-i',
    '-X',
    'POST',
    exchange().url,
    '-H',
    'authorization: Bearer a.b.c',
    '--data-raw',
    requestBody,
  ]);
});
