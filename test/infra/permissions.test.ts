import { describe, expect, it } from 'vitest';
import { type FunctionName, functionNames } from '../../infra/functions.ts';
import { cacheKeyPatterns } from '../../infra/key-patterns.ts';
import { matchesPattern } from '../../infra/local/iam/conditions.ts';
import { computationKey, cooldownKey, entryKey, partKey, revocationsKey } from '../../shared/cache/keys.ts';
import { environmentOf, resourcesOf, statementsOf, templatesOf } from '../support/template.ts';

const { api } = templatesOf();

const actionsOf = (name: FunctionName) => statementsOf(api, name).flatMap(({ Action }) => Action);

describe('the permissions', () => {
  it.each(functionNames)('%s may write its own logs', (name) => {
    expect(actionsOf(name)).toEqual(expect.arrayContaining(['logs:CreateLogStream', 'logs:PutLogEvents']));
  });

  it('name every action and resource: no wildcard but where AWS knows no resource, and no managed policy', () => {
    const statements = functionNames.flatMap((name) => statementsOf(api, name));
    expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
    const wide = statements.filter(({ Resource }) => JSON.stringify(Resource).includes('*'));
    expect(wide.flatMap(({ Action }) => Action)).toEqual(['cloudwatch:GetMetricData']);
    for (const { Properties } of resourcesOf(api, 'AWS::IAM::Role'))
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  it.each<[variable: string, resource: string]>([
    ['CACHE_TABLE', 'CacheTable'],
    ['ACCOUNT_TABLE', 'AccountTable'],
    ['TOKEN_KEY_ID', 'TokenKey'],
    ['SPOTIFY_SECRET_ID', 'SpotifyClient'],
    ['REFRESH_FUNCTION', 'refreshartists'],
  ])('%s is known to those who may use it, and to no other', (variable, resource) => {
    const knowing = functionNames.filter((name) => variable in environmentOf(api, name));
    const allowed = functionNames.filter((name) =>
      statementsOf(api, name).some(
        ({ Action, Resource }) =>
          JSON.stringify(Resource).includes(resource) && !JSON.stringify(Action).includes('logs:'),
      ),
    );
    expect(knowing).toEqual(allowed);
  });

  it('let the key of the tokens be used only for the user and platform of a token', () => {
    const uses = functionNames
      .flatMap((name) => statementsOf(api, name))
      .filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
    expect(uses.length).toBeGreaterThan(0);
    for (const { Condition } of uses) {
      expect(Condition).toEqual({
        StringEquals: { 'kms:EncryptionContext:platform': ['spotify'] },
        Null: { 'kms:EncryptionContext:userId': 'false' },
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['userId', 'platform'] },
      });
    }
  });

  it('let the secret of our application be read by those alone who exchange it for tokens', () => {
    const reading = functionNames.filter((name) => actionsOf(name).includes('secretsmanager:GetSecretValue'));
    expect(reading).toEqual(['get-artists', 'refresh-artists', 'sync-artists', 'complete-connection']);
  });

  it('let the statistics alone be read from CloudWatch', () => {
    const reading = functionNames.filter((name) => actionsOf(name).includes('cloudwatch:GetMetricData'));
    expect(reading).toEqual(['get-cache-stats']);
  });

  it('never let a table be scanned', () => {
    expect(functionNames.flatMap(actionsOf)).not.toContain('dynamodb:Scan');
  });

  it('let the profile look and touch nothing', () => {
    const actions = actionsOf('get-profile').filter((action) => !action.startsWith('logs:'));
    expect(actions).not.toHaveLength(0);
    expect(actions.filter((action) => !/^dynamodb:(GetItem|Query)$/.test(action))).toEqual([]);
  });

  it('hold each function to kinds of items, never to a whole table of users', () => {
    const onUsers = functionNames
      .flatMap((name) => statementsOf(api, name))
      .filter(({ Resource }) => /(Cache|Account)Table/.test(JSON.stringify(Resource)))
      .filter(({ Resource }) => !JSON.stringify(Resource).includes('/index/'));
    expect(onUsers.length).toBeGreaterThan(0);
    for (const { Condition } of onUsers) {
      expect(Condition).toEqual({
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': expect.any(Array) },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      });
    }
  });

  it.each([
    ['list', entryKey('alice').pk],
    ['computation', computationKey('alice').pk],
    ['part', partKey('alice', 'generation', 1).pk],
    ['cooldown', cooldownKey.pk],
    ['revocations', revocationsKey.pk],
  ] as const)('know the key of a %s by one pattern alone', (kind, key) => {
    const fitting = Object.entries(cacheKeyPatterns).filter(([, pattern]) => matchesPattern(pattern, key));
    expect(fitting.map(([name]) => name)).toEqual([kind]);
  });

  it('fit into the role that carries them', () => {
    for (const name of functionNames) {
      // IAM counts 10,240 characters of all inline policies of a role, without white space.
      expect(JSON.stringify(statementsOf(api, name)).length, name).toBeLessThan(10_240);
    }
  });

  it('let the schedule run the sweep, tell of failures, and nothing else', () => {
    const [policy] = resourcesOf(api, 'AWS::IAM::Policy').filter(({ Properties }) =>
      JSON.stringify(Properties.Roles).includes('SchedulerRole'),
    );
    expect(policy?.Properties.PolicyDocument).toMatchObject({
      Statement: [
        {
          Action: 'lambda:InvokeFunction',
          Resource: { 'Fn::GetAtt': [expect.stringMatching(/^sweep/), 'Arn'] },
        },
        {
          Action: 'sqs:SendMessage',
          Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Failures/), 'Arn'] },
        },
      ],
    });
  });
});
