import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTables } from './dynamodb/tables.ts';
import type { Foundations, Step } from './foundations.ts';
import { StartProblem } from './problem.ts';
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
  );
  const client = new DynamoDBClient({ endpoint: dynamodb.url, region: REGION, credentials: CREDENTIALS });
  parts.defer(() => client.destroy());
  await step(
    'Tables',
    () => createTables(client, model.tables).catch((error: unknown) => refuse(error, dynamodb.url)),
    () => model.tables.map(({ name }) => name).join(', '),
  );
  return { model, client };
}

function refuse(error: unknown, url: string): never {
  if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
  throw new StartProblem(`DYNAMODB_ENDPOINT ${url} cannot be reached: start it, or unset the variable`, {
    cause: error,
  });
}
