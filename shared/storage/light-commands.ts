import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  type GetCommandInput,
  type GetCommandOutput,
  PutCommand,
  type PutCommandInput,
  type PutCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/*
 * The two commands of a hit: the read of its page, and the count that is written beside the reply.
 *
 * The profile of a hit shows the SDK, and little else. For each command it puts the chain of its middleware together
 * anew (8 % of a hit's processor time), and its document client lays two more links around it (4 %). So here the chain is
 * kept, which the SDK offers as `cacheMiddleware` and its document client refuses, and values are turned into and from
 * JavaScript where they arrive.
 */

type Resolve<TCommand extends { resolveMiddleware: (...args: never[]) => unknown }> =
  TCommand['resolveMiddleware'];
type Stack = Parameters<Resolve<GetItemCommand>>[0];
type Config = Parameters<Resolve<GetItemCommand>>[1];

/** One chain for each client, by the middleware of that client. */
function keeping<TChain>(resolve: (stack: Stack, config: Config) => TChain) {
  const chains = new WeakMap<Stack, TChain>();
  return (stack: Stack, config: Config): TChain => {
    const known = chains.get(stack);
    if (known) return known;
    const chain = resolve(stack, config);
    chains.set(stack, chain);
    return chain;
  };
}

const getChain = keeping((stack, config) =>
  new GetItemCommand({ TableName: '', Key: {} }).resolveMiddleware(stack, config, undefined),
);
const putChain = keeping((stack, config) =>
  new PutItemCommand({ TableName: '', Item: {} }).resolveMiddleware(stack, config, undefined),
);

interface GetInput extends GetCommandInput {
  Key: Readonly<Record<string, string>>;
}

/** A `GetCommand` whose key is made of strings. */
export function getItem(input: GetInput): GetCommand {
  const Key = Object.fromEntries(Object.entries(input.Key).map(([name, value]) => [name, { S: value }]));
  const resolve = (stack: Stack, config: Config) => async () => {
    const { output, ...result } = await getChain(stack, config)({ input: { ...input, Key } });
    const Item = output.Item && unmarshall(output.Item);
    return { ...result, output: { ...output, Item } as GetCommandOutput };
  };
  return Object.assign(new GetCommand(input), { resolveMiddleware: resolve });
}

type PutInput = Pick<PutCommandInput, 'TableName' | 'ConditionExpression' | 'ExpressionAttributeValues'> & {
  Item: Readonly<Record<string, unknown>>;
};

/** A `PutCommand` that asks for nothing back. */
export function putItem(input: PutInput): PutCommand {
  const marshalled = {
    ...input,
    Item: marshall(input.Item),
    ExpressionAttributeValues: input.ExpressionAttributeValues && marshall(input.ExpressionAttributeValues),
  };
  const resolve = (stack: Stack, config: Config) => async () => {
    const { output, ...result } = await putChain(stack, config)({ input: marshalled });
    return { ...result, output: output as PutCommandOutput };
  };
  return Object.assign(new PutCommand(input), { resolveMiddleware: resolve });
}
