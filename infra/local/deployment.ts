import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { functionNames } from '../functions.ts';
import { createTables } from './dynamodb/tables.ts';
import type { Foundations, Step } from './foundations.ts';
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
  const beganAtMs = Date.now();
  const model = await step(
    'Template',
    async () => {
      await synthesize(assembly, settings, signal);
      return readModel(readAssembly(assembly));
    },
    ({ functions, api }) => `${api.routes.length} routes, ${functions.length} functions`,
    () => `synthesizing: ${bundledSince(assembly, beganAtMs)} of ${functionNames.length} functions bundled`,
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

/** The bundles that the synthesis has written until now. */
function bundledSince(assembly: string, sinceMs: number): number {
  const written = functionNames.map((name) =>
    statSync(join(assembly, 'bundles', name, 'index.js'), { throwIfNoEntry: false }),
  );
  return written.filter((file) => file && file.mtimeMs >= sinceMs).length;
}
