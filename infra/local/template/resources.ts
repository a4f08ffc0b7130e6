import { createHash } from 'node:crypto';

/** The account and region that the local stack plays: the ones of every example in Amazon's documentation. */
export const ACCOUNT_ID = '123456789012';
export const REGION = 'us-east-1';

export interface Deployed {
  readonly type: string;
  readonly logicalId: string;
  readonly stackName: string;
  /** A property with its intrinsics resolved. */
  property(name: string): unknown;
}

interface Identity {
  /** What `Ref` gives. */
  readonly ref: string;
  /** What `Fn::GetAtt` gives. */
  readonly attributes: Readonly<Record<string, string>>;
}

const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${rest}`;
const hash = (text: string) => createHash('sha256').update(text).digest('hex');

function named(deployed: Deployed, property: string): string {
  const name = deployed.property(property);
  return typeof name === 'string' && name ? name : `${deployed.stackName}-${deployed.logicalId}`;
}

const identities: Record<string, (deployed: Deployed) => Identity> = {
  'AWS::Lambda::Function': (deployed) => {
    const name = named(deployed, 'FunctionName');
    return { ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } };
  },
  'AWS::Lambda::Alias': (deployed) => {
    const ref = `${functionArn(deployed.property('FunctionName'))}:${deployed.property('Name')}`;
    return { ref, attributes: { AliasArn: ref } };
  },
  'AWS::Lambda::Version': (deployed) => {
    const ref = `${functionArn(deployed.property('FunctionName'))}:1`;
    return { ref, attributes: { Version: '1', FunctionArn: ref } };
  },
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::DynamoDB::Table': table,
  'AWS::KMS::Key': (deployed) => {
    const digits = hash(`${deployed.stackName}/${deployed.logicalId}`);
    const id = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
    return { ref: id, attributes: { Arn: arn('kms', `key/${id}`), KeyId: id } };
  },
  'AWS::KMS::Alias': (deployed) => ({ ref: String(deployed.property('AliasName')), attributes: {} }),
  'AWS::SecretsManager::Secret': (deployed) => {
    const name = named(deployed, 'Name');
    const ref = arn('secretsmanager', `secret:${name}-${hash(name).slice(0, 6)}`);
    return { ref, attributes: { Id: ref } };
  },
  'AWS::SQS::Queue': (deployed) => {
    const name = named(deployed, 'QueueName');
    return {
      ref: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT_ID}/${name}`,
      attributes: { Arn: arn('sqs', name), QueueName: name },
    };
  },
  'AWS::IAM::Role': (deployed) => {
    const name = named(deployed, 'RoleName');
    return { ref: name, attributes: { Arn: `arn:aws:iam::${ACCOUNT_ID}:role/${name}`, RoleId: name } };
  },
  'AWS::Logs::LogGroup': (deployed) => {
    const name = named(deployed, 'LogGroupName');
    return { ref: name, attributes: { Arn: arn('logs', `log-group:${name}:*`) } };
  },
  'AWS::Scheduler::Schedule': (deployed) => {
    const name = named(deployed, 'Name');
    return { ref: name, attributes: { Arn: arn('scheduler', `schedule/default/${name}`) } };
  },
  'AWS::SNS::Topic': (deployed) => {
    const topicArn = arn('sns', named(deployed, 'TopicName'));
    return { ref: topicArn, attributes: { TopicArn: topicArn } };
  },
};

function table(deployed: Deployed): Identity {
  const name = named(deployed, 'TableName');
  return { ref: name, attributes: { Arn: arn('dynamodb', `table/${name}`) } };
}

/** The ARN of a function from its name or ARN. */
function functionArn(nameOrArn: unknown): string {
  const text = String(nameOrArn);
  return text.startsWith('arn:') ? text : arn('lambda', `function:${text}`);
}

/** What CloudFormation would have called the resource. Types that nothing local uses get a name and no attributes. */
export function identify(deployed: Deployed): Identity {
  const identity = identities[deployed.type];
  if (identity) return identity(deployed);
  return { ref: `${deployed.stackName}-${deployed.logicalId}`, attributes: {} };
}
