import { describe, expect, test } from 'vitest';
import { openapiDocument } from '../../../infra/openapi/document.ts';
import { type ExchangedReply, requireReplyOfContract } from '../../support/reply-contract.ts';

const document = JSON.parse(JSON.stringify(openapiDocument()));
const PATH = '/api/user/artists';
const { fresh } = document.paths[PATH].get.responses['200'].content['application/json'].examples;
const { COMPUTING, GATEWAY_503, NOT_FOUND, PLATFORM_NOT_CONNECTED } = document.components.examples;

const OWN = {
  'content-type': 'application/json; charset=utf-8',
  'content-language': 'fr',
  vary: 'Authorization, Accept-Language, Accept-Encoding',
  'x-request-id': 'abc=',
};
const CACHED = {
  ...OWN,
  'cache-control': 'private, no-cache',
  age: '10',
  etag: '"abc"',
  'cache-status': 'artists; hit; ttl=10790',
};
const FAILED = { ...OWN, 'cache-control': 'no-store' };

interface Told extends Partial<Omit<ExchangedReply, 'headers' | 'body'>> {
  headers?: Record<string, string>;
  body?: unknown;
}

const judge = ({ body, headers = CACHED, ...told }: Told) =>
  requireReplyOfContract({
    method: 'GET',
    path: `${PATH}?page=0`,
    status: 200,
    headers: new Headers(headers),
    body: body === undefined ? '' : JSON.stringify(body),
    ...told,
  });

const page = fresh.value;

describe('is within the contract', () => {
  test.each<[string, Told]>([
    ['a page', { body: page }],
    ['a 304 without a body', { status: 304 }],
    ['a failure of the route', { status: 409, headers: FAILED, body: PLATFORM_NOT_CONNECTED.value }],
    [
      'a 503 that says when',
      { status: 503, headers: { ...FAILED, 'retry-after': '5' }, body: COMPUTING.value },
    ],
    [
      "the gateway's own 503",
      { status: 503, headers: { 'content-type': 'application/json' }, body: GATEWAY_503.value },
    ],
    [
      'a 404 on any other path',
      { path: '/api/nowhere', status: 404, headers: FAILED, body: NOT_FOUND.value },
    ],
  ])('%s', (_, told) => {
    expect(() => judge(told)).not.toThrow();
  });
});

describe('is not', () => {
  test.each<[string, Told, RegExp]>([
    ['a status that the route does not have', { status: 201, body: page }, /the status is not one of/],
    ['a 404 of a route', { status: 404, headers: FAILED, body: NOT_FOUND.value }, /the status is not one of/],
    ['a field more', { body: { ...page, debug: 1 } }, /must NOT have additional properties/],
    [
      'a field more further down',
      { body: { ...page, data: { ...page.data, pagination: { ...page.data.pagination, sql: '' } } } },
      /pagination must NOT have additional properties/,
    ],
    [
      'a field less',
      { body: { ...page, cache_status: undefined } },
      /must have required property 'cache_status'/,
    ],
    ['an old copy without a warning', { body: { ...page, cache_status: 'stale' } }, /'warning'/],
    [
      'a code of another status',
      { status: 409, headers: FAILED, body: COMPUTING.value },
      /must be equal to constant/,
    ],
    ['a 304 with a body', { status: 304, body: page }, /there is a body/],
    [
      'no JSON',
      { headers: { ...CACHED, 'content-type': 'text/html' }, body: page },
      /content type is 'text\/html'/,
    ],
    ['a header less', { headers: OWN, body: page }, /the header Cache-Control is missing/],
    [
      'a header that makes no sense',
      { headers: { ...CACHED, age: '-1' }, body: page },
      /the header Age is '-1'/,
    ],
    [
      'a 503 that does not say when',
      { status: 503, headers: FAILED, body: COMPUTING.value },
      /Retry-After is missing/,
    ],
  ])('%s', (_, told, reason) => {
    expect(() => judge(told)).toThrow(reason);
  });
});
