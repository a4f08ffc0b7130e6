import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  DeleteCommand,
  type DeleteCommandInput,
  GetCommand,
  type GetCommandInput,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { holds } from './fake-dynamo/evaluate.ts';
import { conditionFailed, NotFaked, validationException } from './fake-dynamo/faults.ts';
import { createIndexes } from './fake-dynamo/indexes.ts';
import { parseCondition, parseProjection, parseUpdate, placeholdersIn } from './fake-dynamo/parse.ts';
import { project } from './fake-dynamo/project.ts';
import { query, type TableSpec } from './fake-dynamo/query.ts';
import { applyUpdate, pathsOf } from './fake-dynamo/update.ts';
import { copyMap, type Item, MAX_ITEM_BYTES, sizeOfItem } from './fake-dynamo/values.ts';

/** Any command that the fake can execute. */
export type FakeCommand = GetCommand | PutCommand | UpdateCommand | DeleteCommand | QueryCommand;

export type FakeDynamo = ReturnType<typeof createFakeDynamo>;

/**
 * A DynamoDB in memory, at the level of `DynamoDBDocumentClient.send`: evaluates the expressions of the commands that
 * the stores really send. What it does not know throws. A read that is not strongly consistent is answered with the
 * item as it was before its last write, which DynamoDB may do at any time. `execute` takes effect at once and returns or throws as
 * DynamoDB would; the store contract suite holds it to what a real one does.
 */
export function createFakeDynamo(specs: Readonly<Record<string, TableSpec>>) {
  const tables = new Map(
    Object.entries(specs).map(([name, spec]) => [
      name,
      {
        spec,
        items: new Map<string, Item>(),
        before: new Map<string, Item | undefined>(),
        indexes: createIndexes(spec),
      },
    ]),
  );

  function tableOf(name: string | undefined) {
    const table = tables.get(name ?? '');
    if (!table)
      throw Object.assign(validationException('no such table'), { name: 'ResourceNotFoundException' });
    return table;
  }

  function execute(command: FakeCommand): object {
    requireAllUsed(command.input as ExpressionInput);
    if (command instanceof GetCommand) return get(command.input);
    if (command instanceof PutCommand) return put(command.input);
    if (command instanceof UpdateCommand) return update(command.input);
    if (command instanceof DeleteCommand) return remove(command.input);
    if (command instanceof QueryCommand) {
      const { spec, items, indexes } = tableOf(command.input.TableName);
      return query(indexes.candidates(command.input) ?? items.values(), spec, command.input);
    }
    throw new NotFaked(`the command ${(command as object).constructor.name}`);
  }

  function get({ TableName, Key, ConsistentRead, ...input }: GetCommandInput) {
    const { ProjectionExpression, ExpressionAttributeNames = {} } = input;
    const { spec, items, before } = tableOf(TableName);
    const key = keyText(spec, Key);
    const isBehind = !ConsistentRead && before.has(key);
    const item = isBehind ? before.get(key) : items.get(key);
    const paths = ProjectionExpression ? parseProjection(ProjectionExpression) : [];
    return { Item: item && project(item, paths, ExpressionAttributeNames) };
  }

  function put({ TableName, Item, ...input }: PutCommandInput) {
    const { spec, items, indexes, ...table } = tableOf(TableName);
    const after = copyMap(Item ?? {});
    const key = keyText(spec, keyIn(spec, after));
    const before = items.get(key);
    check(before, input);
    store(items, key, after);
    indexes.replace(before, after);
    table.before.set(key, before);
    return { Attributes: input.ReturnValues === 'ALL_OLD' ? before && copyMap(before) : undefined };
  }

  function remove({ TableName, Key, ...input }: DeleteCommandInput) {
    const { spec, items, indexes, ...table } = tableOf(TableName);
    const key = keyText(spec, Key);
    const before = items.get(key);
    check(before, input);
    items.delete(key);
    indexes.replace(before, undefined);
    table.before.set(key, before);
    return { Attributes: input.ReturnValues === 'ALL_OLD' ? before && copyMap(before) : undefined };
  }

  function update({ TableName, Key, UpdateExpression = '', ...input }: UpdateCommandInput) {
    const { spec, items, indexes, ...table } = tableOf(TableName);
    const key = keyText(spec, Key);
    const before = items.get(key);
    check(before, input);
    const names = input.ExpressionAttributeNames ?? {};
    const changes = parseUpdate(UpdateExpression);
    const item = before ?? copyMap(Key as Item);
    const after = applyUpdate(changes, { item, names, values: input.ExpressionAttributeValues ?? {} });
    if (keyText(spec, keyIn(spec, after)) !== key)
      throw validationException('Cannot update attribute of the key');
    store(items, key, after);
    indexes.replace(before, after);
    table.before.set(key, before);
    const updated = (of: Item | undefined) => of && project(of, pathsOf(changes), names);
    switch (input.ReturnValues ?? 'NONE') {
      case 'NONE':
        return {};
      case 'ALL_OLD':
        return { Attributes: before && copyMap(before) };
      case 'UPDATED_OLD':
        return { Attributes: updated(before) };
      case 'ALL_NEW':
        return { Attributes: copyMap(after) };
      case 'UPDATED_NEW':
        return { Attributes: updated(after) };
      default:
        throw new NotFaked(`ReturnValues ${input.ReturnValues}`);
    }
  }

  return {
    execute,
    /** The client that the stores take. */
    db: { send: async (command: FakeCommand) => execute(command) } as unknown as DynamoDBDocumentClient,
    /** The items themselves, for a test to look at; not to be changed. */
    items: (table: string): IterableIterator<Readonly<Item>> => tableOf(table).items.values(),
    /** An item itself, by its key; not to be changed. */
    peek: (table: string, key: Item): Readonly<Item> | undefined =>
      tableOf(table).items.get(keyText(tableOf(table).spec, key)),
  };
}

const keyIn = ({ hash, range }: TableSpec, item: Item): Item =>
  range ? { [hash]: item[hash], [range]: item[range] } : { [hash]: item[hash] };

function keyText({ hash, range }: TableSpec, key: Item | undefined): string {
  const parts = (range ? [hash, range] : [hash]).map((name) => key?.[name]);
  if (
    Object.keys(key ?? {}).length !== parts.length ||
    parts.some((part) => typeof part !== 'string' || !part)
  )
    throw validationException('The provided key element does not match the schema');
  return parts.join('\n');
}

function store(items: Map<string, Item>, key: string, item: Item): void {
  if (sizeOfItem(item) > MAX_ITEM_BYTES)
    throw validationException('Item size has exceeded the maximum allowed size');
  items.set(key, item);
}

function check(
  before: Item | undefined,
  {
    ConditionExpression,
    ExpressionAttributeNames: names = {},
    ExpressionAttributeValues: values = {},
  }: ExpressionInput,
): void {
  if (ConditionExpression === undefined) return;
  if (!holds(parseCondition(ConditionExpression), { item: before ?? {}, names, values }))
    throw conditionFailed();
}

interface ExpressionInput {
  ConditionExpression?: string | undefined;
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: Record<string, unknown> | undefined;
}

const EXPRESSIONS = [
  'ConditionExpression',
  'UpdateExpression',
  'ProjectionExpression',
  'KeyConditionExpression',
  'FilterExpression',
] as const;

/** DynamoDB refuses names and values that no expression uses. */
function requireAllUsed(
  input: ExpressionInput & { [name in (typeof EXPRESSIONS)[number]]?: string | undefined },
): void {
  const used = EXPRESSIONS.flatMap((name) => (input[name] ? [placeholdersIn(input[name])] : []));
  for (const given of [input.ExpressionAttributeNames, input.ExpressionAttributeValues])
    for (const placeholder in given)
      if (!used.some((placeholders) => placeholders.has(placeholder)))
        throw validationException(`${placeholder} is not used in any expression`);
}
