import { DeleteCommand, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { EXPIRY_INDEX, EXPIRY_INDEX_ATTRIBUTES } from '../../shared/cache/keys.ts';
import { type Item, sizeOfItem } from '../support/fake-dynamo/values.ts';
import type { FakeCommand, FakeDynamo } from '../support/fake-dynamo.ts';

const READ_BYTES = 4096;
const WRITE_BYTES = 1024;
const INDEX_ATTRIBUTES = ['pk', 'expiryHour', 'expiresAt', ...EXPIRY_INDEX_ATTRIBUTES];

/** What a command costs, by DynamoDB's published rules, and the partition keys that it costs it at. */
export interface Charge {
  table: string;
  read: number;
  write: number;
  key: string;
  index: { read: number; write: number; keys: readonly string[] };
}

/** Items are not changed once they are stored: each is measured once. */
const sizes = new WeakMap<Item, number>();
function sizeOf(item: Item | undefined): number {
  if (!item) return 0;
  const known = sizes.get(item);
  if (known !== undefined) return known;
  const size = sizeOfItem(item);
  sizes.set(item, size);
  return size;
}

const units = (bytes: number, unitBytes: number) => Math.max(1, Math.ceil(bytes / unitBytes));

/** Executes a command on the fake and says what it costs, also when its condition refuses it. */
export function executeMetered(fake: FakeDynamo, command: FakeCommand) {
  const table = command.input.TableName as string;
  if (command instanceof QueryCommand) return query(fake, command, table);
  const input = command.input as { Key?: Item; Item?: Item; ConsistentRead?: boolean };
  const { pk, sk } = (input.Key ?? input.Item) as { pk: string; sk?: string };
  const key = sk === undefined ? { pk } : { pk, sk };
  const before = fake.peek(table, key);
  const outcome = attempt(fake, command);
  if (command instanceof GetCommand) {
    const read = units(sizeOf(before), READ_BYTES) * (input.ConsistentRead ? 1 : 0.5);
    return { outcome, charge: { table, key: pk, read, write: 0, index: NONE } };
  }
  const isDone = 'result' in outcome;
  const after = isDone && command instanceof DeleteCommand ? undefined : fake.peek(table, key);
  const write = units(Math.max(sizeOf(before), sizeOf(after)), WRITE_BYTES);
  return { outcome, charge: { table, key: pk, read: 0, write, index: indexWrite(before, after) } };
}

const NONE: Charge['index'] = { read: 0, write: 0, keys: [] };

type Outcome = { result: object } | { error: unknown };

function attempt(fake: FakeDynamo, command: FakeCommand): Outcome {
  try {
    return { result: fake.execute(command) };
  } catch (error) {
    return { error };
  }
}

function query(
  fake: FakeDynamo,
  { input }: QueryCommand,
  table: string,
): { outcome: Outcome; charge: Charge } {
  const outcome = attempt(fake, new QueryCommand({ ...input, ReturnConsumedCapacity: 'TOTAL' }));
  const { ConsumedCapacity } = ('result' in outcome ? outcome.result : {}) as Consumed;
  const read = ConsumedCapacity?.CapacityUnits ?? 0;
  const key = String(input.ExpressionAttributeValues?.[':partition']);
  const isOfIndex = input.IndexName === EXPIRY_INDEX;
  const index = isOfIndex ? { read, write: 0, keys: [key] } : NONE;
  return { outcome, charge: { table, key, read: isOfIndex ? 0 : read, write: 0, index } };
}

interface Consumed {
  ConsumedCapacity?: { CapacityUnits: number };
}

/** The line of a list in the index of expiry hours: put in, taken out, or both when it moves. */
function indexWrite(before: Item | undefined, after: Item | undefined): Charge['index'] {
  const [old, line] = [lineOf(before), lineOf(after)];
  const cost = (of: Item) => units(sizeOfItem(of), WRITE_BYTES);
  if (!old && !line) return NONE;
  if (!old || !line) {
    const only = (old ?? line) as Item;
    return { read: 0, write: cost(only), keys: [only.expiryHour as string] };
  }
  if (JSON.stringify(old) === JSON.stringify(line)) return NONE;
  const isMoved = old.expiryHour !== line.expiryHour || old.expiresAt !== line.expiresAt;
  if (!isMoved) return { read: 0, write: Math.max(cost(old), cost(line)), keys: [line.expiryHour as string] };
  return {
    read: 0,
    write: cost(old) + cost(line),
    keys: [old.expiryHour as string, line.expiryHour as string],
  };
}

function lineOf(item: Item | undefined): Item | undefined {
  if (item?.expiryHour === undefined || item.expiresAt === undefined) return undefined;
  return Object.fromEntries(
    INDEX_ATTRIBUTES.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])),
  );
}
