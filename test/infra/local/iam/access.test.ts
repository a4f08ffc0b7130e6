import { describe, expect, it } from 'vitest';
import { createAccessLedger } from '../../../../infra/local/iam/access-ledger.ts';
import { kmsAccess, secretAccess } from '../../../../infra/local/iam/aws-access.ts';
import { dynamodbAccess } from '../../../../infra/local/iam/dynamodb-access.ts';
import { type AccessRequest, readStatements } from '../../../../infra/local/iam/policy.ts';
import type { TableSpec } from '../../../../infra/local/template/tables.ts';

const arn = (rest: string) => `arn:aws:dynamodb:us-east-1:123456789012:table/${rest}`;

const tables: TableSpec[] = [
  {
    name: 'cache',
    ttlAttribute: undefined,
    create: {
      TableName: 'cache',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byHour',
          KeySchema: [
            { AttributeName: 'expiryHour', KeyType: 'HASH' },
            { AttributeName: 'expiresAt', KeyType: 'RANGE' },
          ],
          Projection: undefined,
        },
      ],
    } as TableSpec['create'],
  },
];

const access = (operation: string, body: unknown) => dynamodbAccess(operation, body, tables);

describe('what a call asks IAM for', () => {
  it.each([
    ['GetItem', { Key: { pk: { S: 'a:1' } } }],
    ['DeleteItem', { Key: { pk: { S: 'a:1' } } }],
    ['UpdateItem', { Key: { pk: { S: 'a:1' } } }],
    ['PutItem', { Item: { pk: { S: 'a:1' }, other: { S: 'b' } } }],
    ['Query', { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'a:1' } } }],
    [
      'Query',
      {
        KeyConditionExpression: 'sk = :sk AND #k = :pk',
        ExpressionAttributeNames: { '#k': 'pk' },
        ExpressionAttributeValues: { ':pk': { S: 'a:1' }, ':sk': { S: 'z' } },
      },
    ],
  ])('%s: the table and the partition key', (operation, body) => {
    expect(access(operation, { TableName: 'cache', ...body })).toEqual([
      {
        action: `dynamodb:${operation}`,
        resource: arn('cache'),
        context: { 'dynamodb:leadingkeys': ['a:1'] },
      },
    ]);
  });

  it('a query on an index: the index and its own partition key', () => {
    const body = {
      TableName: arn('cache'),
      IndexName: 'byHour',
      KeyConditionExpression: 'expiryHour = :hour AND expiresAt <= :now',
      ExpressionAttributeValues: { ':hour': { S: '2026-11-22T16' }, ':now': { N: '1' } },
    };
    expect(access('Query', body)).toEqual([
      {
        action: 'dynamodb:Query',
        resource: arn('cache/index/byHour'),
        context: { 'dynamodb:leadingkeys': ['2026-11-22T16'] },
      },
    ]);
  });

  it('a scan: the table, and no key that a condition could hold on to', () => {
    expect(access('Scan', { TableName: 'cache' })).toEqual([
      { action: 'dynamodb:Scan', resource: arn('cache'), context: {} },
    ]);
  });

  it('a batch: every key in it', () => {
    const writes = [
      { PutRequest: { Item: { pk: { S: 'a:1' } } } },
      { DeleteRequest: { Key: { pk: { S: 'b:1' } } } },
    ];
    const [written] = access('BatchWriteItem', { RequestItems: { cache: writes } });
    const [read] = access('BatchGetItem', { RequestItems: { cache: { Keys: [{ pk: { S: 'c:1' } }] } } });
    expect(written?.context).toEqual({ 'dynamodb:leadingkeys': ['a:1', 'b:1'] });
    expect(read?.context).toEqual({ 'dynamodb:leadingkeys': ['c:1'] });
  });

  it('an operation that names no table: everything', () => {
    expect(access('ExecuteStatement', { Statement: 'SELECT * FROM cache' })).toMatchObject([
      { resource: '*' },
    ]);
  });

  it('of KMS: the key, and the encryption context', () => {
    const keys = [{ id: '1', arn: 'arn:key/1' }];
    expect(kmsAccess('Decrypt', { KeyId: '1', EncryptionContext: { userId: 'alice' } }, { keys })).toEqual({
      action: 'kms:Decrypt',
      resource: 'arn:key/1',
      context: { 'kms:encryptioncontext:userid': ['alice'], 'kms:encryptioncontextkeys': ['userId'] },
    });
    expect(kmsAccess('Decrypt', {}, { keys })).toEqual({ action: 'kms:Decrypt', resource: '*', context: {} });
  });

  it('of Secrets Manager: the ARN, also of a secret that was named', () => {
    const secrets = [{ name: 'client', arn: 'arn:secret/client' }];
    expect(secretAccess('GetSecretValue', { SecretId: 'client' }, { secrets })).toMatchObject({
      resource: 'arn:secret/client',
    });
    expect(secretAccess('GetSecretValue', { SecretId: 'other' }, { secrets })).toMatchObject({
      resource: '*',
    });
  });
});

describe('the account of what was used', () => {
  const Condition = (...keys: string[]) => ({
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  });
  const narrow = {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    Resource: arn('cache'),
    Condition: Condition('a:*', 'b'),
  };
  const wide = { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: arn('cache') };
  const ledgerOf = (...Statement: unknown[]) =>
    createAccessLedger(new Map([['f', readStatements({ Statement })]]));
  const ask = (operation: string, key: string): AccessRequest => ({
    action: `dynamodb:${operation}`,
    resource: arn('cache'),
    context: { 'dynamodb:leadingkeys': [key] },
  });

  it('tells each action on each kind of key apart', () => {
    const ledger = ledgerOf(narrow);
    ledger.use('f', ask('GetItem', 'a:1'));
    ledger.use('f', ask('PutItem', 'b'));
    expect(ledger.report()).toEqual({
      f: {
        used: ['dynamodb:GetItem cache a:*', 'dynamodb:PutItem cache b'],
        unused: ['dynamodb:GetItem cache b', 'dynamodb:PutItem cache a:*'],
        denied: [],
      },
    });
  });

  it('takes a wider grant beside a narrower one for unused', () => {
    const ledger = ledgerOf(wide, { ...narrow, Action: 'dynamodb:GetItem', Condition: Condition('a:*') });
    ledger.use('f', ask('GetItem', 'a:1'));
    expect(ledger.report().f).toMatchObject({
      used: ['dynamodb:GetItem cache a:*'],
      unused: ['dynamodb:GetItem cache'],
    });
  });

  it('remembers what was refused', () => {
    const ledger = ledgerOf(wide);
    ledger.deny('f', ask('DeleteItem', 'a:1'));
    expect(ledger.report().f?.denied).toEqual(['dynamodb:DeleteItem cache a:1']);
  });
});
