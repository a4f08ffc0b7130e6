import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { PROD, resourcesOf, templatesOf } from '../support/template.ts';

const TABLE = 'AWS::DynamoDB::GlobalTable';

const dev = templatesOf().data;
const prod = templatesOf(PROD).data;

interface Limited {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly ReadOnDemandThroughputSettings?: { readonly MaxReadRequestUnits: number };
  readonly WriteOnDemandThroughputSettings?: { readonly MaxWriteRequestUnits: number };
}

const key = (name: string, type: 'HASH' | 'RANGE') => ({ AttributeName: name, KeyType: type });

describe('the tables', () => {
  it('keeps cached lists by one key and finds the expired ones by their hour', () => {
    dev.hasResourceProperties(TABLE, {
      TableName: 'artists-cache-dev-cache',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [key('pk', 'HASH')],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byExpiryHour',
          KeySchema: [key('expiryHour', 'HASH'), key('expiresAt', 'RANGE')],
          Projection: {
            ProjectionType: 'INCLUDE',
            NonKeyAttributes: ['userId', 'generation', 'bytes', 'layout', 'isStale'],
          },
        },
      ],
      AttributeDefinitions: Match.arrayWith([
        { AttributeName: 'expiryHour', AttributeType: 'S' },
        { AttributeName: 'expiresAt', AttributeType: 'N' },
      ]),
    });
  });

  it('keeps the items of accounts by partition and sort key', () => {
    dev.hasResourceProperties(TABLE, {
      TableName: 'artists-cache-dev-account',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [key('pk', 'HASH'), key('sk', 'RANGE')],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  it.each([
    ['dev', dev, { cache: [1_000, 500], byExpiryHour: [1_000, 500], account: [500, 500] }],
    ['prod', prod, { cache: [25_000, 10_000], byExpiryHour: [25_000, 5_000], account: [10_000, 5_000] }],
  ] as const)('has a brake on what tables and index may cost in %s', (stage, template, expected) => {
    const found = resourcesOf(template, TABLE).flatMap(({ Properties }) => {
      const table = Properties as unknown as Limited & { GlobalSecondaryIndexes?: Limited[] } & {
        Replicas: (Limited & { GlobalSecondaryIndexes?: Limited[] })[];
      };
      const [replica] = table.Replicas;
      const limitsOf = (writes: Limited, reads?: Limited) => [
        reads?.ReadOnDemandThroughputSettings?.MaxReadRequestUnits,
        writes.WriteOnDemandThroughputSettings?.MaxWriteRequestUnits,
      ];
      const name = String(table.TableName).replace(`artists-cache-${stage}-`, '');
      const indexes = (table.GlobalSecondaryIndexes ?? []).map((index, i) => [
        index.IndexName,
        limitsOf(index, replica?.GlobalSecondaryIndexes?.[i]),
      ]);
      return [[name, limitsOf(table, replica)], ...indexes];
    });
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  it('can recover the account table, and nothing from which deleted data would come back for no reason', () => {
    const recoverable = resourcesOf(dev, TABLE)
      .filter(({ Properties }) => JSON.stringify(Properties).includes('"PointInTimeRecoveryEnabled":true'))
      .map(({ Properties }) => Properties.TableName);
    expect(recoverable).toEqual(['artists-cache-dev-account']);
  });

  it('cannot lose a table, the key or the secret in prod by deleting the stack', () => {
    const tables = resourcesOf(prod, TABLE);
    expect(tables).toHaveLength(2);
    for (const table of tables) {
      expect(table.Properties.Replicas).toEqual([
        expect.objectContaining({ DeletionProtectionEnabled: true }),
      ]);
    }
    const kept = [
      ...tables,
      ...resourcesOf(prod, 'AWS::KMS::Key'),
      ...resourcesOf(prod, 'AWS::SecretsManager::Secret'),
    ];
    expect(kept.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(Array(4).fill('RetainExceptOnCreate'));
  });

  it('leaves nothing behind in dev', () => {
    const policies = resourcesOf(dev, TABLE).map(({ DeletionPolicy }) => DeletionPolicy);
    expect(policies).toEqual(['Delete', 'Delete']);
  });
});

describe('the secrets', () => {
  it('rotates the key of the tokens', () => {
    dev.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  });

  it('holds the place of the Spotify client without a secret in the template', () => {
    dev.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: {
        SecretStringTemplate: '{}',
        GenerateStringKey: 'client_secret',
      },
      SecretString: Match.absent(),
    });
  });
});
