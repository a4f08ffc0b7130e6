import type { AccessRequest } from './policy.ts';

export interface AwsModel {
  readonly keys: readonly { readonly id: string; readonly arn: string }[];
  readonly secrets: readonly { readonly arn: string; readonly name: string }[];
  readonly functions: readonly { readonly name: string; readonly arn: string }[];
}

interface KmsInput {
  KeyId?: string;
  EncryptionContext?: Readonly<Record<string, string>>;
}

/** What a call of KMS asks IAM for. A key must be named by id or ARN, as our code does: else it asks for `*`. */
export function kmsAccess(operation: string, body: unknown, { keys }: Pick<AwsModel, 'keys'>): AccessRequest {
  const { KeyId: wanted, EncryptionContext: context = {} } = body as KmsInput;
  const names = Object.keys(context);
  return {
    action: `kms:${operation}`,
    resource: keys.find(({ id, arn }) => id === wanted || arn === wanted)?.arn ?? '*',
    context: {
      ...Object.fromEntries(
        names.map((name) => [`kms:encryptioncontext:${name}`.toLowerCase(), [context[name] ?? '']]),
      ),
      ...(names.length > 0 ? { 'kms:encryptioncontextkeys': names } : {}),
    },
  };
}

export function secretAccess(
  operation: string,
  body: unknown,
  { secrets }: Pick<AwsModel, 'secrets'>,
): AccessRequest {
  const { SecretId: wanted } = body as { SecretId?: string };
  const resource = secrets.find(({ arn, name }) => arn === wanted || name === wanted)?.arn ?? '*';
  return { action: `secretsmanager:${operation}`, resource, context: {} };
}

/** CloudWatch narrows reading to no resource. */
export function metricsAccess(operation: string): AccessRequest {
  return { action: `cloudwatch:${operation}`, resource: '*', context: {} };
}

/** @param nameOrArn as it stands in the path of the call */
export function invokeAccess(nameOrArn: string, { functions }: Pick<AwsModel, 'functions'>): AccessRequest {
  const found = functions.find(({ name, arn }) => arn === nameOrArn || name === nameOrArn);
  return { action: 'lambda:InvokeFunction', resource: found?.arn ?? '*', context: {} };
}
