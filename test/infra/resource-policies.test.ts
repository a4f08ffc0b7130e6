import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { letsIn, readResourceStatements } from '../../infra/local/iam/policy.ts';
import { PROD, resourcesOf, templatesOf } from '../support/template.ts';

const ACCOUNT = '111111111111';
const templates = templatesOf(PROD);
const all: readonly Template[] = Object.values(templates);

/** References as plain text: the account as a number, all else as what it refers to. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, part) => {
      if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
      if (part.Ref === 'AWS::AccountId') return ACCOUNT;
      return 'Ref' in part || 'Fn::GetAtt' in part || 'Fn::Join' in part ? JSON.stringify(part) : part;
    }),
  );

const policiesOf = (type: string, property: string) =>
  all
    .flatMap((template) => resourcesOf(template, type))
    .map(({ Properties }) => plain(Properties) as Record<string, never>)
    .flatMap((properties) =>
      readResourceStatements(properties[property]).map((statement) => ({ statement, properties })),
    );

const request = (action: string, resource: string, context: Record<string, string>) => ({
  action,
  resource,
  context: Object.fromEntries(Object.entries(context).map(([key, value]) => [key.toLowerCase(), [value]])),
});

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

describe('every other policy of a resource', () => {
  it('of the queue only forbids what is not encrypted: who writes to it is allowed to by its role', () => {
    const statements = policiesOf('AWS::SQS::QueuePolicy', 'PolicyDocument').map(
      ({ statement }) => statement,
    );
    expect(statements.map(({ effect, principals }) => [effect, principals])).toEqual([['Deny', ['*']]]);
  });

  it('of the key is the account’s alone: who uses it is allowed to by its role', () => {
    const statements = policiesOf('AWS::KMS::Key', 'KeyPolicy').map(({ statement }) => statement);
    expect(statements).toHaveLength(1);
    expect(statements[0]?.principals.join()).toMatch(/:iam::.*AWS::AccountId.*:root/);
  });

  it('of a function lets API Gateway call it for this API, and no other service', () => {
    const permissions = all.flatMap((template) => resourcesOf(template, 'AWS::Lambda::Permission'));
    expect(permissions.length).toBeGreaterThan(0);
    for (const { Properties } of permissions) {
      expect([Properties.Principal, Properties.Action]).toEqual([
        'apigateway.amazonaws.com',
        'lambda:InvokeFunction',
      ]);
      expect(Properties.SourceArn).toBeDefined();
    }
  });

  it('there is none: secret, tables and log groups have no policy of their own', () => {
    const types = all.flatMap((template) =>
      Object.values(template.toJSON().Resources as Record<string, { Type: string }>),
    );
    const policies = types
      .map(({ Type }) => Type)
      .filter((type) => /ResourcePolicy|SecretTargetAttachment/.test(type));
    expect(policies).toEqual([]);
  });
});

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

it('a failed first deployment can be repeated: what it created goes with it', () => {
  const lasting = Object.values(
    templates.data.toJSON().Resources as Record<string, { DeletionPolicy?: string }>,
  );
  const policies = new Set(
    lasting.map(({ DeletionPolicy }) => DeletionPolicy).filter((policy) => policy !== undefined),
  );
  expect([...policies]).toEqual(['RetainExceptOnCreate']);
});
