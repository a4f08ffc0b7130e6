import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, expect, inject, test } from 'vitest';
import { aConnectedUser } from '../support/a-user.ts';

/* The commands of docs/runbook.md, "Erase a user", as they stand there. */

const stack = inject('stack');
const STAGE = 'dev';
const TABLES = { account: `artists-cache-${STAGE}-account`, cache: `artists-cache-${STAGE}-cache` };

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const client = new DynamoDBClient({ endpoint: stack.dynamodbUrl, region: 'eu-west-3', credentials });
const db = DynamoDBDocumentClient.from(client);
afterAll(() => client.destroy());

/** Each call of the AWS CLI that the runbook makes, as its arguments. */
function commandsOfRunbook(userId: string): string[][] {
  const runbook = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8');
  const [, script = ''] = /## Erase a user[\s\S]*?```sh\n([\s\S]*?)```/.exec(runbook) ?? [];
  const aws = `aws() { "$NODE" -p 'JSON.stringify(process.argv.slice(1))' -- "$@"; }\n`;
  const { stdout, status } = spawnSync('bash', ['-euc', aws + script.replace('=alice', `=${userId}`)], {
    env: { ...process.env, STAGE, NODE: process.execPath },
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** As the AWS CLI would. */
async function carryOut(args: readonly string[]): Promise<void> {
  const after = (option: string) => args[args.indexOf(option) + 1] ?? '';
  const TableName = after('--table-name');
  const item = unmarshall(JSON.parse(after(args[1] === 'put-item' ? '--item' : '--key')));
  if (args[1] === 'put-item') await db.send(new PutCommand({ TableName, Item: item }));
  else await db.send(new DeleteCommand({ TableName, Key: item }));
}

async function itemsOf(userId: string, TableName: string) {
  const { Items = [] } = await db.send(new ScanCommand({ TableName }));
  return Items.filter(({ pk }) => String(pk).endsWith(`:${userId}`));
}

test('the runbook erases a user wholly, whatever the user has done', async () => {
  const user = await aConnectedUser(stack, { artists: 12 });
  const [artist] = (await user.artists()).json.data.artists;
  await user.toggle(artist.id, true);
  await user.sync();
  await user.consent();
  await user.artists();
  expect((await itemsOf(user.id, TABLES.account)).length).toBeGreaterThanOrEqual(3);

  for (const args of commandsOfRunbook(user.id)) await carryOut(args);

  expect(await itemsOf(user.id, TABLES.account)).toEqual([]);
  const [fence, ...others] = await itemsOf(user.id, TABLES.cache);
  expect(Object.keys(fence ?? {}).sort()).toEqual(['expiresAt', 'fence', 'pk']);
  expect(others).toEqual([]);

  expect((await user.artists()).json.error.code).toBe('PLATFORM_NOT_CONNECTED');
  await user.connect();
  expect((await user.artists()).json.data.artists[0]).toMatchObject({ id: artist.id, selected: false });
});
