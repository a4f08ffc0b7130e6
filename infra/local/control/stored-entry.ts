import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { computationKey, entryKey } from '../../../shared/cache/keys.ts';
import { type Clock, systemClock } from '../../../shared/clock.ts';

interface StoredEntryOptions {
  readonly db: DynamoDBDocumentClient;
  readonly cacheTable: string;
  readonly clock?: Clock | undefined;
}

type Item = Readonly<Record<string, unknown>>;

interface Attribute {
  readonly name: string;
  readonly bytes: number;
  /** Left out of what is binary. */
  readonly value?: unknown;
}

const READ_UNIT_BYTES = 4096;
const WRITE_UNIT_BYTES = 1024;

/** Looks at what is stored of a user's list, as it lies there. */
export function createStoredEntry({ db, cacheTable, clock = systemClock }: StoredEntryOptions) {
  async function read(key: Record<string, string>): Promise<Item | undefined> {
    const reply = await db.send(new GetCommand({ TableName: cacheTable, Key: key, ConsistentRead: true }));
    return reply.Item;
  }

  return async function describe(user: string) {
    const [entry, computation] = await Promise.all([read(entryKey(user)), read(computationKey(user))]);
    return {
      table: cacheTable,
      key: entryKey(user).pk,
      entry: entry ? describeEntry(entry, clock.nowMs()) : null,
      computation: computation ? attributesOf(computation) : null,
    };
  };
}

function describeEntry(item: Item, nowMs: number) {
  const attributes = attributesOf(item);
  const bytes = attributes.reduce((sum, attribute) => sum + attribute.bytes, 0);
  const timestamp = item.timestamp as number | undefined;
  const expiresAt = item.expiresAt as number | undefined;
  const chunks = (item.all_artists ?? []) as Uint8Array[];
  return {
    // What an invalidation leaves behind holds no list.
    kind: timestamp === undefined ? 'fence' : 'list',
    fence: item.fence ?? null,
    age_seconds: timestamp === undefined ? null : Math.floor((nowMs - timestamp) / 1000),
    expires_in_seconds: expiresAt === undefined ? null : Math.floor(expiresAt - nowMs / 1000),
    chunk_bytes: chunks.map(({ byteLength }) => byteLength),
    /** Items beside this one. */
    parts: Math.max(0, ((item.layout ?? []) as unknown[]).length - 1),
    bytes,
    /** Of a strongly consistent read, and of any update. */
    read_units: Math.ceil(bytes / READ_UNIT_BYTES),
    write_units: Math.ceil(bytes / WRITE_UNIT_BYTES),
    attributes,
  };
}

function attributesOf(item: Item): Attribute[] {
  return Object.entries(item)
    .map(([name, value]) => ({
      name,
      bytes: Buffer.byteLength(name) + sizeOf(value),
      ...(hasBinary(value) ? {} : { value }),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function hasBinary(value: unknown): boolean {
  return Array.isArray(value) ? value.some(hasBinary) : value instanceof Uint8Array;
}

/** About what DynamoDB counts: numbers take a byte for two digits and one more, lists three and one for each element. */
function sizeOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (Array.isArray(value)) return 3 + value.reduce((sum: number, one) => sum + 1 + sizeOf(one), 0);
  return 1;
}
