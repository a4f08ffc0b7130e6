import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../infra/config.ts';
import { addStacks, createApp } from '../../infra/synthesize.ts';
import { PROD, templatesOf } from '../support/template.ts';

/*
 * CloudFormation knows a resource by its logical id and nothing else: one that changes is a new, empty table beside the
 * old one. These follow from the names of constructs; who renames one of those learns of it here.
 */
const PINNED = {
  AccountTable95876246: 'AWS::DynamoDB::GlobalTable',
  CacheTableC1E6DF7E: 'AWS::DynamoDB::GlobalTable',
  SpotifyClient1DA58EBD: 'AWS::SecretsManager::Secret',
  TokenKeyAlias129AC994: 'AWS::KMS::Alias',
  TokenKeyD1D1A236: 'AWS::KMS::Key',
};

type Resources = Readonly<Record<string, { readonly Type: string }>>;

describe.each([
  { stage: 'dev', input: {} },
  { stage: 'prod', input: PROD },
])('in $stage', ({ stage, input }) => {
  const { data, api, monitoring } = templatesOf(input);

  it('what lasts keeps its logical ids', () => {
    const resources = Object.entries(data.toJSON().Resources as Resources);
    expect(Object.fromEntries(resources.map(([id, { Type }]) => [id, Type]))).toEqual(PINNED);
  });

  it('what lasts stands in the data stack alone: the others may be replaced at any time', () => {
    const others = [api, monitoring].flatMap((template) =>
      Object.values(template.toJSON().Resources as Resources).map(({ Type }) => Type),
    );
    expect(others.filter((type) => /DynamoDB|KMS|SecretsManager|S3::/.test(type))).toEqual([]);
  });

  it('a stack cannot be deleted by one mistaken command, unless it is of dev', () => {
    const app = createApp({ context: { 'aws:cdk:bundling-stacks': [] } });
    const stacks = Object.values(addStacks(app, parseConfig(input)));
    expect(stacks.map(({ terminationProtection }) => terminationProtection)).toEqual(
      Array(3).fill(stage === 'prod'),
    );
  });
});
