import type { Consumed } from './request-record.ts';

interface Capacity {
  readonly TableName?: string;
  readonly CapacityUnits?: number;
}

const READS: ReadonlySet<string> = new Set(['GetItem', 'Query', 'Scan', 'BatchGetItem']);

/** The same request, asking besides what it consumes. */
export function askingForCapacity(body: Buffer): Buffer {
  const input = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  return Buffer.from(JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' }));
}

/** What a reply says that was consumed; nothing for one that says nothing of it, an error for instance. */
export function consumedIn(operation: string, reply: Buffer): Consumed[] {
  const { ConsumedCapacity: told } = parse(reply);
  const all = Array.isArray(told) ? told : told ? [told] : [];
  return (all as Capacity[]).map(({ TableName: table = '', CapacityUnits: units = 0 }) => ({
    operation,
    table,
    readUnits: READS.has(operation) ? units : 0,
    writeUnits: READS.has(operation) ? 0 : units,
  }));
}

function parse(reply: Buffer): { ConsumedCapacity?: unknown } {
  try {
    return JSON.parse(reply.toString('utf8')) as { ConsumedCapacity?: unknown };
  } catch {
    return {};
  }
}
