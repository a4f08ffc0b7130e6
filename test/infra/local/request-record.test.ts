import { describe, expect, it } from 'vitest';
import { askingForCapacity, consumedIn } from '../../../infra/local/record/consumed.ts';
import { environmentIn, namedEndpoints } from '../../../infra/local/record/environment-path.ts';
import { createRequestRecord } from '../../../infra/local/record/request-record.ts';

const event = (requestId: string) => JSON.stringify({ requestContext: { requestId } });
const CALL = { method: 'GET', url: 'https://api.spotify.com/v1/me', status: 200, ms: 12 };
const READ = { operation: 'GetItem', table: 'cache', readUnits: 5, writeUnits: 0 };
const WRITE = { operation: 'PutItem', table: 'cache', readUnits: 0, writeUnits: 19 };

describe('the record of a request', () => {
  it('has what its function wrote, called and consumed, and what that costs', () => {
    const { witness, describe } = createRequestRecord();
    witness.began('one', 'get-artists', event('first'));
    witness.wrote('one', 'a line');
    witness.called('one', CALL);
    witness.consumed('one', READ);
    witness.consumed('one', WRITE);

    expect(describe('first')).toEqual({
      request_id: 'first',
      function: 'get-artists',
      log: ['a line'],
      spotify: [CALL],
      dynamodb: [
        { operation: 'GetItem', table: 'cache', read_units: 5, write_units: 0 },
        { operation: 'PutItem', table: 'cache', read_units: 0, write_units: 19 },
      ],
      read_units: 5,
      write_units: 19,
      usd_per_million: 5 * 0.125 + 19 * 0.625,
    });
  });

  it('keeps apart what happens at once in two environments, and one after the other in one', () => {
    const { witness, describe } = createRequestRecord();
    witness.began('one', 'get-artists', event('first'));
    witness.began('two', 'get-artists', event('second'));
    witness.wrote('two', 'of the second');
    witness.wrote('one', 'of the first');
    witness.began('one', 'get-artists', event('third'));
    witness.wrote('one', 'of the third');

    expect(['first', 'second', 'third'].map((id) => describe(id)?.log)).toEqual([
      ['of the first'],
      ['of the second'],
      ['of the third'],
    ]);
  });

  it('knows nothing of what came by another way, and forgets the oldest', () => {
    const { witness, describe } = createRequestRecord();
    witness.began('one', 'sweep', '{}');
    witness.began('one', 'sweep', 'null');
    for (let n = 0; n <= 1200; n += 1) witness.began('one', 'get-artists', event(`request-${n}`));
    expect(describe('request-0')).toBeUndefined();
    expect(describe('request-1')).toBeDefined();
    expect(describe('another')).toBeUndefined();
  });

  it('is bounded, however much a function writes', () => {
    const { witness, describe } = createRequestRecord();
    witness.began('one', 'get-artists', event('first'));
    for (let n = 0; n < 1000; n += 1) witness.wrote('one', `line ${n}`);
    expect(describe('first')?.log).toHaveLength(300);
  });
});

describe('what DynamoDB consumed', () => {
  const reply = (consumed: unknown) => Buffer.from(JSON.stringify({ ConsumedCapacity: consumed }));

  it('is asked for beside what was asked', () => {
    const asked = askingForCapacity(Buffer.from('{"TableName":"cache","Key":{}}')).toString();
    expect(JSON.parse(asked)).toEqual({ TableName: 'cache', Key: {}, ReturnConsumedCapacity: 'TOTAL' });
  });

  it('is read by reads, and written by all others', () => {
    const told = reply({ TableName: 'cache', CapacityUnits: 5 });
    expect(consumedIn('GetItem', told)).toEqual([READ]);
    expect(consumedIn('PutItem', told)).toEqual([{ ...WRITE, writeUnits: 5 }]);
    expect(consumedIn('BatchGetItem', reply([{ TableName: 'a', CapacityUnits: 1 }]))).toHaveLength(1);
  });

  it.each(['{}', '', '<html>'])('is nothing in a reply like %j', (text) => {
    expect(consumedIn('GetItem', Buffer.from(text))).toEqual([]);
  });
});

describe('the path that names an environment', () => {
  const endpoints = { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000', AWS_ENDPOINT_URL_KMS: 'http://k' };

  it('is of DynamoDB alone, and found again', () => {
    const named = namedEndpoints(endpoints, 'abc');
    expect(named).toEqual({
      ...endpoints,
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000/environments/abc',
    });
    expect(environmentIn('/environments/abc/')).toEqual({ environmentId: 'abc', path: '/' });
    expect(environmentIn('/environments/abc')).toEqual({ environmentId: 'abc', path: '/' });
  });

  it('is no other', () => {
    expect(environmentIn('/')).toEqual({ environmentId: undefined, path: '/' });
    expect(namedEndpoints({}, 'abc')).toEqual({});
  });
});
