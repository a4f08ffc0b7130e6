import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import {
  isAllowed,
  letsIn,
  type ResourceStatement,
  readResourceStatements,
  readStatements,
} from '../../infra/local/iam/policy.ts';
import { PROD, resourcesOf, templatesOf } from '../support/template.ts';

const ACCOUNT = '111111111111';
const templates = templatesOf({ ...PROD, monthlyBudget: 900 });
const all: readonly Template[] = Object.values(templates);

const PSEUDO: Readonly<Record<string, string>> = { 'AWS::AccountId': ACCOUNT, 'AWS::Partition': 'aws' };

/** References as plain text: the account as a number, joined parts as one, all else as what it refers to. */
const plain = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(plain);
  const part = value as Record<string, unknown>;
  if ('Ref' in part) return PSEUDO[String(part.Ref)] ?? `<${part.Ref}>`;
  if ('Fn::GetAtt' in part) return `<${(part['Fn::GetAtt'] as string[]).join('.')}>`;
  if ('Fn::ImportValue' in part) return `<${JSON.stringify(part)}>`;
  if ('Fn::Join' in part) {
    const [separator, parts] = part['Fn::Join'] as [string, unknown[]];
    return parts.map(plain).join(separator);
  }
  return Object.fromEntries(Object.entries(part).map(([key, one]) => [key, plain(one)]));
};

const propertiesOf = (type: string) =>
  all
    .flatMap((template) => resourcesOf(template, type))
    .map(({ Properties }) => plain(Properties) as Record<string, unknown>);

const request = (action: string, resource: string, context: Record<string, string> = {}) => ({
  action,
  resource,
  context: Object.fromEntries(Object.entries(context).map(([key, value]) => [key.toLowerCase(), [value]])),
});

/** As a strange service, a whole strange account, everybody, and our own account's administrators. */
const STRANGERS = ['lambda.amazonaws.com', 'arn:aws:iam::222222222222:root', '*'];
const OURS = `arn:aws:iam::${ACCOUNT}:root`;

describe('the topics of the alarms', () => {
  const topics = resourcesOf(templates.monitoring, 'AWS::SNS::TopicPolicy').map(({ Properties }) => {
    const policy = plain(Properties) as { PolicyDocument: unknown; Topics: string[] };
    return { statements: readResourceStatements(policy.PolicyDocument), arn: policy.Topics[0] as string };
  });
  const publishes = (principal: string, context: Record<string, string>) =>
    topics.map(({ statements, arn }) =>
      letsIn(
        statements,
        principal,
        request('sns:Publish', arn, { 'aws:SecureTransport': 'true', ...context }),
      ),
    );

  it('are two, and CloudWatch may publish to both for alarms of this account', () => {
    expect(publishes('cloudwatch.amazonaws.com', { 'aws:SourceAccount': ACCOUNT })).toEqual([true, true]);
  });

  it('let the budget tell of itself where notices go, for this account alone', () => {
    const budgets = (account: string) => publishes('budgets.amazonaws.com', { 'aws:SourceAccount': account });
    expect(budgets(ACCOUNT)).toEqual([false, true]);
    expect(budgets('222222222222')).toEqual([false, false]);
  });

  it.each([
    ['for another account', 'cloudwatch.amazonaws.com', { 'aws:SourceAccount': '222222222222' }],
    ['without saying for whom', 'cloudwatch.amazonaws.com', {}],
    ['another service', 'events.amazonaws.com', { 'aws:SourceAccount': ACCOUNT }],
    ['anybody', '*', {}],
    [
      'without TLS',
      'cloudwatch.amazonaws.com',
      { 'aws:SourceAccount': ACCOUNT, 'aws:SecureTransport': 'false' },
    ],
  ])('let no other in: %s', (_, principal, context) => {
    expect(publishes(principal, context)).toEqual([false, false]);
  });
});

describe('the queue of failures', () => {
  const [policy] = propertiesOf('AWS::SQS::QueuePolicy');
  const [queue] = (policy?.Queues ?? []) as string[];
  const statements = readResourceStatements(policy?.PolicyDocument);
  const arn = String(statements[0]?.resources[0]);
  const send = (secure: boolean) =>
    request('sqs:SendMessage', arn, { 'aws:SecureTransport': String(secure) });

  it('lets no principal in by itself', () => {
    expect(queue).toMatch(/Failures/);
    for (const principal of [...STRANGERS, OURS, 'scheduler.amazonaws.com', 'sqs.amazonaws.com']) {
      expect(letsIn(statements, principal, send(true)), principal).toBe(false);
    }
  });

  it('takes from who is allowed to by a role, and never without TLS', () => {
    const roles = propertiesOf('AWS::IAM::Policy').filter((properties) =>
      JSON.stringify(properties).includes('sqs:SendMessage'),
    );
    expect(roles).toHaveLength(3);
    for (const { PolicyDocument } of roles) {
      const role = readStatements(PolicyDocument);
      expect(isAllowed([...role, ...statements], send(true))).toBe(true);
      expect(isAllowed([...role, ...statements], send(false))).toBe(false);
    }
  });
});

describe('the key of the tokens', () => {
  const [key, ...more] = propertiesOf('AWS::KMS::Key');
  const statements = readResourceStatements(key?.KeyPolicy);
  const use = (action: string) => request(action, 'arn:aws:kms:eu-west-3:111111111111:key/1');

  it('leaves to the roles of its account who uses it, and lets in no other', () => {
    expect(more).toEqual([]);
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:ScheduleKeyDeletion']) {
      expect(letsIn(statements, OURS, use(action)), action).toBe(true);
      for (const principal of STRANGERS) expect(letsIn(statements, principal, use(action))).toBe(false);
    }
  });
});

describe('a function', () => {
  const permissions = propertiesOf('AWS::Lambda::Permission');
  const statements = permissions.map(statementOfPermission);
  const invoke = (resource: string, sourceArn: string) =>
    request('lambda:InvokeFunction', resource, { 'aws:SourceArn': sourceArn });

  it('lets API Gateway call it for a route of this API, and no other', () => {
    expect(permissions.length).toBeGreaterThanOrEqual(9);
    for (const { FunctionName, SourceArn } of permissions) {
      const route = String(SourceArn).replaceAll('*', 'x');
      const calls = (principal: string, sourceArn = route) =>
        letsIn(statements, principal, invoke(String(FunctionName), sourceArn));
      expect(calls('apigateway.amazonaws.com'), route).toBe(true);
      const otherApi = route.replace(/<[^>]*Api[^>]*>/, 'other');
      expect(otherApi).not.toBe(route);
      expect(calls('apigateway.amazonaws.com', otherApi), otherApi).toBe(false);
      for (const principal of [...STRANGERS, 'events.amazonaws.com']) expect(calls(principal)).toBe(false);
    }
  });
});

describe('what has no policy of its own is entered by roles of the account alone', () => {
  /** Policies that stand apart from the resource, and those that stand in it. */
  const documents = [
    ...[
      'AWS::SecretsManager::ResourcePolicy',
      'AWS::Logs::ResourcePolicy',
      'AWS::DynamoDB::ResourcePolicy',
    ].flatMap(propertiesOf),
    ...propertiesOf('AWS::DynamoDB::GlobalTable').flatMap(({ Replicas }) =>
      (Replicas as { ResourcePolicy?: unknown }[]).flatMap(({ ResourcePolicy }) => ResourcePolicy ?? []),
    ),
    ...propertiesOf('AWS::Logs::LogGroup').flatMap(
      ({ ResourcePolicyDocument }) => ResourcePolicyDocument ?? [],
    ),
  ];

  it.each([
    ['the secret', 'AWS::SecretsManager::Secret', 'secretsmanager:GetSecretValue'],
    ['the tables', 'AWS::DynamoDB::GlobalTable', 'dynamodb:GetItem'],
    ['log groups', 'AWS::Logs::LogGroup', 'logs:PutLogEvents'],
  ])('%s', (_title, type, action) => {
    expect(propertiesOf(type).length).toBeGreaterThan(0);
    expect(documents).toEqual([]);
    for (const principal of [...STRANGERS, OURS, 'delivery.logs.amazonaws.com'])
      expect(letsIn(documents.flatMap(readResourceStatements), principal, request(action, '*'))).toBe(false);
  });

  it('and nothing else in the templates has one', () => {
    const known = /^AWS::(SNS::TopicPolicy|SQS::QueuePolicy|IAM::Policy|Lambda::Permission)$/;
    const types = all.flatMap((template) =>
      Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map(({ Type }) => Type),
    );
    expect(types.filter((type) => /Policy|Permission|Attachment/.test(type) && !known.test(type))).toEqual(
      [],
    );
  });
});

/** What Lambda makes of a permission in the function's own policy. */
function statementOfPermission(permission: Record<string, unknown>): ResourceStatement {
  const { Principal, Action, FunctionName, SourceArn } = permission;
  const Condition = { StringLike: { 'aws:SourceArn': SourceArn } };
  const [statement] = readResourceStatements({
    Statement: {
      Effect: 'Allow',
      Principal: { Service: Principal },
      Action,
      Resource: FunctionName,
      Condition,
    },
  });
  if (!statement) throw new Error('a permission without a statement');
  return statement;
}

it('what asynchronous work failed with for good is kept, of each function that works so', () => {
  const configs = resourcesOf(templates.api, 'AWS::Lambda::EventInvokeConfig').map(
    ({ Properties }) => plain(Properties) as Record<string, { OnFailure: { Destination: string } } & string>,
  );
  expect(
    configs.map(({ FunctionName }) => String(FunctionName).match(/refresh|sweep/)?.[0]).toSorted(),
  ).toEqual(['refresh', 'sweep']);
  for (const { DestinationConfig } of configs)
    expect(DestinationConfig?.OnFailure.Destination).toContain('Failures');
});

it('a failed first deployment can be repeated: what it created goes with it, in every stack', () => {
  const policies = all.flatMap((template) =>
    Object.values(template.toJSON().Resources as Record<string, { DeletionPolicy?: string }>).flatMap(
      ({ DeletionPolicy }) => DeletionPolicy ?? [],
    ),
  );
  expect(new Set(policies)).toEqual(new Set(['RetainExceptOnCreate', 'Delete']));
});
