import { AwsError } from './aws-error.ts';

interface SecretsManagerOptions {
  readonly secrets: readonly { readonly arn: string; readonly name: string }[];
  /** What every secret of the templates holds: there is one, the Spotify application. */
  readonly value: string;
}

/** Secrets Manager for reading. */
export function createSecretsManager({ secrets, value }: SecretsManagerOptions) {
  return {
    GetSecretValue({ SecretId: id }: { SecretId?: string }) {
      const secret = secrets.find(({ arn, name }) => id === arn || id === name);
      if (!secret) {
        throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      }
      return {
        ARN: secret.arn,
        Name: secret.name,
        SecretString: value,
        VersionId: '00000000-0000-0000-0000-000000000001',
        VersionStages: ['AWSCURRENT'],
        CreatedDate: 0,
      };
    },
  };
}
