import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { functionNames } from '../functions.ts';
import { createTables } from './dynamodb/tables.ts';
import type { Foundations, Step } from './foundations.ts';
import { countBundled } from './kept-bundles.ts';
import type { Deployment, synthesize } from './synth.ts';
import { readAssembly } from './template/assembly.ts';
import { type Model, readModel } from './template/model.ts';
import { REGION } from './template/resources.ts';

export type Synthesize = typeof synthesize;

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** What CloudFormation would do: synthesizes the application, reads its templates, creates its tables. */
export async function deploy(
  { directory, dynamodb }: Foundations,
  settings: Deployment,
  { synthesize, step, signal }: { synthesize: Synthesize; step: Step; signal: AbortSignal },
  parts: AsyncDisposableStack,
): Promise<{ model: Model; client: DynamoDBClient }> {
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
  const client = new DynamoDBClient({ endpoint: dynamodb.url, region: REGION, credentials: CREDENTIALS });
  parts.defer(() => client.destroy());
  await step(
    'Tables',
    () => createTables(client, model.tables),
    () => model.tables.map(({ name }) => name).join(', '),
  );
  return { model, client };
}

/** Ordinarily nothing has to be bundled. */
const progressOf = (bundled: number) =>
  bundled === 0 ? 'synthesizing' : `synthesizing: ${bundled} of ${functionNames.length} functions bundled`;
