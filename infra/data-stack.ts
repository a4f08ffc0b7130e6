import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { EXPIRY_INDEX, EXPIRY_INDEX_ATTRIBUTES } from '../shared/cache/keys.ts';
import type { Config } from './config.ts';
import type { ActionsByKey, TableAction } from './functions.ts';
import { type AccountKeys, accountKeyPatterns, type CacheKeys, cacheKeyPatterns } from './key-patterns.ts';
import { nameOf } from './names.ts';
import { maximumThroughput } from './throughput.ts';

/** The epoch second at which DynamoDB may delete an item, in every table. */
const TTL_ATTRIBUTE = 'expiresAt';

/** Long enough to notice and mend a mistake. What users delete lives on in it: Spotify's terms allow five days. */
const RECOVERY_DAYS = 5;

/** Platforms whose tokens the key may protect: an encryption context that names another is refused by KMS. */
const PLATFORMS = ['spotify'];

const KMS_ACTIONS = { encrypt: 'kms:GenerateDataKey', decrypt: 'kms:Decrypt' } as const;

interface DataStackProps extends StackProps {
  readonly config: Config;
}

/**
 * What outlives a deployment: tables, the key of the tokens, our secret with Spotify.
 * Each `grant…` gives a function a permission together with the environment variables that go with it.
 */
export class DataStack extends Stack {
  readonly cacheTable: TableV2;
  readonly accountTable: TableV2;
  readonly tokenKey: Key;
  readonly spotifyClient: Secret;
  readonly #config: Config;

  constructor(scope: Construct, id: string, { config, ...props }: DataStackProps) {
    super(scope, id, props);
    this.#config = config;
    this.cacheTable = this.#createCacheTable();
    this.accountTable = this.#createAccountTable();
    this.tokenKey = new Key(this, 'TokenKey', {
      alias: nameOf(config, 'tokens'),
      description: 'Protects the tokens with which the platforms of users are read',
      enableKeyRotation: true,
      pendingWindow: Duration.days(config.stage === 'prod' ? 30 : 7),
      removalPolicy: this.#removalPolicy,
    });
    this.spotifyClient = new Secret(this, 'SpotifyClient', {
      secretName: nameOf(config, 'spotify-client'),
      description: 'JSON {"client_secret"} of the Spotify application; set after the first deployment',
      // The structure with a worthless random secret, so that no real one is ever in a template.
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'client_secret',
      },
      removalPolicy: this.#removalPolicy,
    });
  }

  /** Access to cached lists, and the ages that decide how they may be used. */
  grantCache(fn: LambdaFunction, actions: ActionsByKey<CacheKeys>): void {
    allowByKey(fn, this.cacheTable.tableArn, actions, cacheKeyPatterns);
    this.#nameCache(fn);
  }

  /** Finding and counting lists by when they expire. */
  grantCacheByExpiryHour(fn: LambdaFunction): void {
    allow(fn, [dynamoAction('Query')], `${this.cacheTable.tableArn}/index/${EXPIRY_INDEX}`);
    this.#nameCache(fn);
  }

  grantAccount(fn: LambdaFunction, actions: ActionsByKey<AccountKeys>): void {
    allowByKey(fn, this.accountTable.tableArn, actions, accountKeyPatterns);
    fn.addEnvironment('ACCOUNT_TABLE', this.accountTable.tableName);
  }

  /** Use of the key of the tokens, only with the encryption context that binds a token to its user and platform. */
  grantTokens(fn: LambdaFunction, uses: readonly (keyof typeof KMS_ACTIONS)[]): void {
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: uses.map((use) => KMS_ACTIONS[use]),
        resources: [this.tokenKey.keyArn],
        conditions: {
          StringEquals: { 'kms:EncryptionContext:platform': PLATFORMS },
          Null: { 'kms:EncryptionContext:userId': 'false' },
          'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['userId', 'platform'] },
        },
      }),
    );
    fn.addEnvironment('TOKEN_KEY_ID', this.tokenKey.keyArn);
  }

  grantSpotifySecret(fn: LambdaFunction): void {
    allow(fn, ['secretsmanager:GetSecretValue'], this.spotifyClient.secretArn);
    fn.addEnvironment('SPOTIFY_SECRET_ID', this.spotifyClient.secretArn);
  }

  #nameCache(fn: LambdaFunction): void {
    fn.addEnvironment('CACHE_TABLE', this.cacheTable.tableName);
    fn.addEnvironment('FRESH_SECONDS', String(this.#config.freshSeconds));
    fn.addEnvironment('KEEP_SECONDS', String(this.#config.keepSeconds));
  }

  /**
   * No point-in-time recovery, on purpose: everything in it can be computed anew within seconds, and a backup would keep
   * lists for days that their users have deleted and that nothing may be served from after six hours.
   */
  #createCacheTable(): TableV2 {
    return new TableV2(this, 'CacheTable', {
      ...this.#tableDefaults('cache'),
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName: EXPIRY_INDEX,
          partitionKey: { name: 'expiryHour', type: AttributeType.STRING },
          sortKey: { name: TTL_ATTRIBUTE, type: AttributeType.NUMBER },
          // All that the sweep must know of an entry, so that it never reads the list itself.
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: [...EXPIRY_INDEX_ATTRIBUTES],
          ...maximumThroughput(this.#config, EXPIRY_INDEX),
        },
      ],
    });
  }

  #createAccountTable(): TableV2 {
    return new TableV2(this, 'AccountTable', {
      ...this.#tableDefaults('account'),
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: RECOVERY_DAYS,
      },
    });
  }

  #tableDefaults(name: 'cache' | 'account') {
    return {
      tableName: nameOf(this.#config, name),
      billing: Billing.onDemand(maximumThroughput(this.#config, name)),
      timeToLiveAttribute: TTL_ATTRIBUTE,
      deletionProtection: this.#config.stage === 'prod',
      removalPolicy: this.#removalPolicy,
    };
  }

  get #removalPolicy(): RemovalPolicy {
    // What a first deployment created before it failed goes: names are fixed, and a second one could not create it again.
    return this.#config.stage === 'prod' ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
  }
}

function dynamoAction(action: TableAction): string {
  return `dynamodb:${action}`;
}

/** One statement for each kind of key. */
function allowByKey<Kind extends string>(
  fn: LambdaFunction,
  resource: string,
  actions: ActionsByKey<Kind>,
  patterns: Readonly<Record<Kind, string>>,
): void {
  for (const [kind, some] of Object.entries(actions) as [Kind, readonly TableAction[]][]) {
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: some.map(dynamoAction),
        resources: [resource],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [patterns[kind]] },
          // Of a call without keys, a scan for one, all keys fit.
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      }),
    );
  }
}

function allow(fn: LambdaFunction, actions: readonly string[], resource: string): void {
  fn.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [resource] }));
}
