import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { functionNames } from '../functions.ts';
import { createTables } from './dynamodb/tables.ts';
import type { Foundations, Step } from './foundations.ts';
import { countBundled } from './kept-bundles.ts';
import type { Deployment, synthesize } from './synth.ts';
import { readAssembly } from './template/assembly.ts';
import { type Model, readModel } from './template/model.ts';

export type Synthesize = typeof synthesize;

interface DeployOptions {
  readonly synthesize: Synthesize;
  readonly step: Step;
  readonly signal: AbortSignal;
  /** Of the DynamoDB in which tables are created. */
  readonly client: DynamoDBClient;
}

/** What CloudFormation would do: synthesizes the application, reads its templates, creates the tables that are not there. */
export async function deploy(
  { directory }: Pick<Foundations, 'directory'>,
  settings: Deployment,
  { synthesize, step, signal, client }: DeployOptions,
): Promise<Model> {
  const assembly = join(directory, 'cdk.out');
  const model = await step(
    'Template',
    async () => {
      await synthesize(assembly, settings, signal);
      return readModel(readAssembly(assembly));
    },
    ({ functions, api }) => `${api.routes.length} routes, ${functions.length} functions`,
    () => progressOf(countBundled()),
  );
  await step(
    'Tables',
    () => createTables(client, model.tables),
    () => model.tables.map(({ name }) => name).join(', '),
  );
  return model;
}

/** Ordinarily nothing has to be bundled. */
const progressOf = (bundled: number) =>
  bundled === 0 ? 'synthesizing' : `synthesizing: ${bundled} of ${functionNames.length} functions bundled`;
