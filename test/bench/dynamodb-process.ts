/**
 * A process of its own for what is not to be measured: the embedded DynamoDB (or DYNAMODB_ENDPOINT), and before it a
 * meter that adds up what requests cost.
 */
import { startEmbeddedDynamodb } from '../../infra/local/dynamodb/embedded.ts';
import { readBody, serve } from '../../infra/local/http.ts';

/** What the requests through the meter cost since it was last read. */
export interface Metered {
  calls: number;
  readUnits: number;
  writeUnits: number;
  /** Bodies of requests and replies. */
  bytes: number;
}

const nothing = (): Metered => ({ calls: 0, readUnits: 0, writeUnits: 0, bytes: 0 });

interface Capacity {
  CapacityUnits?: number;
  Table?: { CapacityUnits?: number };
}
interface Charged {
  ConsumedCapacity?: Capacity | Capacity[];
}

/** Of the table: what its index costs beside, not every DynamoDB on one machine counts. */
const unitsOf = ({ Table, CapacityUnits }: Capacity) => Table?.CapacityUnits || (CapacityUnits ?? 0);

const READS = /\.(GetItem|Query|Scan|BatchGetItem)$/;

async function main() {
  const endpoint = process.env.DYNAMODB_ENDPOINT ?? (await startEmbeddedDynamodb(0, undefined)).url;
  let metered = nothing();
  const meter = await serve(async (request, response) => {
    const sent = await readBody(request);
    const target = String(request.headers['x-amz-target']);
    const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers;
    const body = { ...JSON.parse(sent.toString('utf8')), ReturnConsumedCapacity: 'INDEXES' };
    const reply = await fetch(endpoint, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: JSON.stringify(body),
    });
    const text = await reply.text();
    const charged = (JSON.parse(text || '{}') as Charged).ConsumedCapacity ?? [];
    const units = [charged].flat().reduce((sum, capacity) => sum + unitsOf(capacity), 0);
    metered.calls += 1;
    metered.bytes += sent.byteLength + Buffer.byteLength(text);
    if (READS.test(target)) metered.readUnits += units;
    else metered.writeUnits += units;
    response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
  });
  process.on('message', () => {
    process.send?.(metered);
    metered = nothing();
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ url: endpoint, meterUrl: meter.url });
}

if (process.send) await main();
