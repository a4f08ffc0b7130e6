import { describe, expect, it } from 'vitest';
import { isAllowed, readStatements } from '../../../../infra/local/iam/policy.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:123456789012:table/cache';
const KEY = 'arn:aws:kms:us-east-1:123456789012:key/1';

const policy = (...Statement: unknown[]) => readStatements({ Version: '2012-10-17', Statement });

const read = (context: Record<string, readonly string[]> = {}, resource = TABLE) => ({
  action: 'dynamodb:GetItem',
  resource,
  context,
});

describe('a policy', () => {
  const statements = policy({ Effect: 'Allow', Action: ['dynamodb:GetItem'], Resource: TABLE });

  it('allows what it names', () => {
    expect(isAllowed(statements, read())).toBe(true);
  });

  it.each([
    ['another action', { ...read(), action: 'dynamodb:PutItem' }],
    ['another table', read({}, `${TABLE}2`)],
    ['an index of the table', read({}, `${TABLE}/index/byExpiryHour`)],
    ['everything', read({}, '*')],
  ])('does not allow %s', (_what, request) => {
    expect(isAllowed(statements, request)).toBe(false);
  });

  it('allows nothing when it says nothing', () => {
    expect(isAllowed([], read())).toBe(false);
  });

  it('names actions without regard to case, and many by a star', () => {
    expect(isAllowed(policy({ Effect: 'Allow', Action: 'DynamoDB:Get*', Resource: '*' }), read())).toBe(true);
  });

  it('denies what one statement denies, whatever others allow', () => {
    const both = [...statements, ...policy({ Effect: 'Deny', Action: 'dynamodb:*', Resource: `${TABLE}*` })];
    expect(isAllowed(both, read())).toBe(false);
  });

  it('is refused when it holds what is not understood', () => {
    expect(() => policy({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' })).toThrow(/NotAction/);
  });
});

describe('a policy about kinds of keys', () => {
  const statements = policy({
    Effect: 'Allow',
    Action: 'dynamodb:GetItem',
    Resource: TABLE,
    Condition: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['user_artists:*', 'cooldown:spotify'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });
  const keys = (...values: string[]) => read({ 'dynamodb:leadingkeys': values });

  it.each([['user_artists:alice'], ['cooldown:spotify'], ['user_artists:a*b?']])('allows %s', (key) => {
    expect(isAllowed(statements, keys(key))).toBe(true);
  });

  it.each([['computation:alice'], ['xuser_artists:alice'], ['cooldown:spotify2']])(
    'does not allow %s',
    (key) => {
      expect(isAllowed(statements, keys(key))).toBe(false);
    },
  );

  it('does not allow a batch of which one key does not fit, nor a call without keys', () => {
    expect(isAllowed(statements, keys('user_artists:alice', 'computation:alice'))).toBe(false);
    expect(isAllowed(statements, read())).toBe(false);
  });
});

describe('a policy about the encryption context', () => {
  const statements = policy({
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: KEY,
    Condition: {
      StringEquals: { 'kms:EncryptionContext:platform': ['spotify'] },
      Null: { 'kms:EncryptionContext:userId': 'false' },
      'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['userId', 'platform'] },
    },
  });
  const decrypt = (context: Record<string, string>) => ({
    action: 'kms:Decrypt',
    resource: KEY,
    context: {
      ...Object.fromEntries(
        Object.entries(context).map(([name, value]) => [
          `kms:encryptioncontext:${name.toLowerCase()}`,
          [value],
        ]),
      ),
      'kms:encryptioncontextkeys': Object.keys(context),
    },
  });

  it('allows the user and the platform of a token', () => {
    expect(isAllowed(statements, decrypt({ userId: 'alice', platform: 'spotify' }))).toBe(true);
  });

  it.each([
    ['another platform', { userId: 'alice', platform: 'other' }],
    ['no user', { platform: 'spotify' }],
    ['no platform', { userId: 'alice' }],
    ['something more', { userId: 'alice', platform: 'spotify', purpose: 'x' }],
    ['nothing', {}],
  ])('does not allow %s', (_what, context) => {
    expect(isAllowed(statements, decrypt(context))).toBe(false);
  });

  it('says that it does not know an operator rather than to guess', () => {
    const odd = policy({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: KEY,
      Condition: { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01' } },
    });
    expect(() => isAllowed(odd, decrypt({}))).toThrow(/DateGreaterThan/);
  });
});
