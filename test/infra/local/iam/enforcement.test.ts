import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalStack, startLocalStack } from '../../../../infra/local/stack.ts';
import { fixtureApp } from '../../../support/fixture-app.ts';

/** Calls AWS as its event says, with the credentials of the function, and returns status, error type and message. */
const CODE = `exports.handler = async ({ service, target, body, path = '/' }) => {
  const reply = await fetch(process.env['AWS_ENDPOINT_URL_' + service] + path, {
    method: 'POST',
    headers: {
      'content-type': service === 'DYNAMODB' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1',
      'x-amz-date': '20261122T120000Z',
      'x-amz-security-token': process.env.AWS_SESSION_TOKEN,
      ...(target && { 'x-amz-target': target }),
      authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID +
        '/20261122/us-east-1/x/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(body),
  });
  const answer = await reply.json();
  const type = answer && answer.__type && answer.__type.split('#').pop();
  return { status: reply.status, type, message: answer && (answer.Message || answer.message) };
};`;

const cacheTable = 'arn:aws:dynamodb:us-east-1:123456789012:table/fixture-cache';
const statements = [
  {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    Resource: cacheTable,
    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['user_artists:*'] } },
  },
  {
    Effect: 'Allow',
    Action: 'secretsmanager:GetSecretValue',
    Resource: { 'Fn::ImportValue': 'fixture:secret' },
  },
  { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': ['free', 'Arn'] } },
  {
    Effect: 'Allow',
    Action: 'kms:GenerateDataKey',
    Resource: { 'Fn::ImportValue': 'fixture:key' },
    Condition: { StringEquals: { 'kms:EncryptionContext:platform': 'spotify' } },
  },
];

let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack({
    synthesize: fixtureApp({ bound: { code: CODE, statements }, free: { code: CODE } }),
  });
});
afterAll(() => stack?.close());

async function call(event: Record<string, unknown>, name = 'fixture-bound') {
  const { payload } = await stack.lambda.invoke(name, JSON.stringify(event));
  return JSON.parse(payload) as { status: number; type?: string; message?: string };
}

const getItem = (pk: string) => ({
  service: 'DYNAMODB',
  target: 'DynamoDB_20120810.GetItem',
  body: { TableName: 'fixture-cache', Key: { pk: { S: pk } } },
});
const dataKey = (platform: string) => ({
  service: 'KMS',
  target: 'TrentService.GenerateDataKey',
  body: { KeyId: stack.model.keys[0]?.arn, KeySpec: 'AES_256', EncryptionContext: { platform } },
});
const secret = { service: 'SECRETS_MANAGER', target: 'secretsmanager.GetSecretValue' };
const invoke = (name: string) => ({
  service: 'LAMBDA',
  path: `/2015-03-31/functions/${name}/invocations`,
  body: { ...getItem('x'), service: 'DYNAMODB' },
});

it('lets a function do what its role allows, on every service', async () => {
  const replies = [
    await call(getItem('user_artists:alice')),
    await call(dataKey('spotify')),
    await call({ ...secret, body: { SecretId: 'fixture-secret' } }),
    await call(invoke('fixture-free')),
  ];
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

it('refuses everything else in the words of AWS', async () => {
  expect(await call(getItem('computation:alice'))).toEqual({
    status: 400,
    type: 'AccessDeniedException',
    message:
      'User: arn:aws:sts::123456789012:assumed-role/fixture-bound/fixture-bound is not authorized to perform: ' +
      `dynamodb:GetItem on resource: ${cacheTable} because no identity-based policy allows the dynamodb:GetItem action`,
  });
  const refused = [
    await call({ ...getItem('user_artists:alice'), target: 'DynamoDB_20120810.DeleteItem' }),
    await call({
      service: 'DYNAMODB',
      target: 'DynamoDB_20120810.Scan',
      body: { TableName: 'fixture-cache' },
    }),
    await call(dataKey('other')),
    await call({ ...dataKey('spotify'), target: 'TrentService.Encrypt' }),
    await call({ ...secret, body: { SecretId: 'another' } }),
  ];
  expect(refused.map(({ type }) => type)).toEqual(Array(5).fill('AccessDeniedException'));
  expect(await call(invoke('fixture-bound'))).toMatchObject({ status: 403, type: 'AccessDeniedException' });
});

it('binds neither a function without a role nor who comes with other credentials', async () => {
  expect(await call(getItem('computation:alice'), 'fixture-free')).toMatchObject({ status: 200 });
  const client = new DynamoDBClient({
    endpoint: stack.dynamodbUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'me', secretAccessKey: 'me' },
  });
  const command = new GetItemCommand({ TableName: 'fixture-cache', Key: { pk: { S: 'computation:alice' } } });
  await expect(client.send(command)).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
  client.destroy();
});

it('tells what was used, refused, and granted for nothing', () => {
  expect(stack.accessReport()).toEqual({
    'fixture-bound': {
      used: [
        'dynamodb:GetItem fixture-cache user_artists:*',
        expect.stringMatching(/^kms:GenerateDataKey key\//),
        'lambda:InvokeFunction fixture-free',
        expect.stringMatching(/^secretsmanager:GetSecretValue secret:fixture-secret/),
      ],
      unused: ['dynamodb:PutItem fixture-cache user_artists:*'],
      denied: expect.arrayContaining([
        'dynamodb:DeleteItem fixture-cache user_artists:alice',
        'dynamodb:GetItem fixture-cache computation:alice',
        'dynamodb:Scan fixture-cache',
        expect.stringMatching(/^kms:GenerateDataKey/),
        'lambda:InvokeFunction fixture-bound',
      ]),
    },
  });
});
