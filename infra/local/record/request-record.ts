/** A call of Spotify, as the function's process has made it. */
export interface OutgoingCall {
  readonly method: string;
  readonly url: string;
  /** 0 when nothing answered. */
  readonly status: number;
  readonly ms: number;
}

/** What a call of DynamoDB has consumed. */
export interface Consumed {
  readonly operation: string;
  readonly table: string;
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** Told of what execution environments do, by the id of each. */
export interface Witness {
  began(environmentId: string, functionName: string, payload: string): void;
  wrote(environmentId: string, line: string): void;
  called(environmentId: string, call: OutgoingCall): void;
  consumed(environmentId: string, consumed: Consumed): void;
}

interface Invocation {
  readonly functionName: string;
  readonly log: string[];
  readonly spotify: OutgoingCall[];
  readonly dynamodb: Consumed[];
}

/** Enough to look back over a load; what is older is of no use to anybody. */
const KEPT_REQUESTS = 1200;
const KEPT_OF_EACH = 300;

/** On demand, US East (N. Virginia), as `docs/deploy.md` counts: dollars for a million units. */
const READ_UNITS_USD = 0.125;
const WRITE_UNITS_USD = 0.625;

/**
 * What became of the last requests behind the gateway: the function's log, its calls, what they consumed.
 *
 * An environment does one thing at a time: what it says or does belongs to the work that it was given last, also what
 * comes a moment after its reply.
 */
export function createRequestRecord() {
  const byRequest = new Map<string, Invocation>();
  const current = new Map<string, Invocation>();

  function addTo<Value>(
    environmentId: string,
    listOf: (invocation: Invocation) => Value[],
    value: Value,
  ): void {
    const invocation = current.get(environmentId);
    const list = invocation && listOf(invocation);
    if (list && list.length < KEPT_OF_EACH) list.push(value);
  }

  const witness: Witness = {
    began(environmentId, functionName, payload) {
      const invocation = { functionName, log: [], spotify: [], dynamodb: [] };
      current.set(environmentId, invocation);
      const requestId = requestIdIn(payload);
      if (requestId === undefined) return;
      byRequest.set(requestId, invocation);
      const [oldest] = byRequest.keys();
      if (byRequest.size > KEPT_REQUESTS && oldest !== undefined) byRequest.delete(oldest);
    },
    wrote: (environmentId, line) => addTo(environmentId, ({ log }) => log, line),
    called: (environmentId, call) => addTo(environmentId, ({ spotify }) => spotify, call),
    consumed: (environmentId, consumed) => addTo(environmentId, ({ dynamodb }) => dynamodb, consumed),
  };

  return {
    witness,
    /** What is known of a request, by the id in `apigw-requestid`; undefined for one that reached no function. */
    describe(requestId: string) {
      const found = byRequest.get(requestId);
      if (!found) return undefined;
      const sum = (unit: 'readUnits' | 'writeUnits') =>
        found.dynamodb.reduce((total, consumed) => total + consumed[unit], 0);
      const [reads, writes] = [sum('readUnits'), sum('writeUnits')];
      return {
        request_id: requestId,
        function: found.functionName,
        log: found.log,
        spotify: found.spotify,
        dynamodb: found.dynamodb.map(({ operation, table, readUnits, writeUnits }) => ({
          operation,
          table,
          read_units: readUnits,
          write_units: writeUnits,
        })),
        read_units: reads,
        write_units: writes,
        usd_per_million: reads * READ_UNITS_USD + writes * WRITE_UNITS_USD,
      };
    },
  };
}

/** The id that the gateway has given; what EventBridge or another function sends has none. */
function requestIdIn(payload: string): string | undefined {
  const event = JSON.parse(payload) as { requestContext?: { requestId?: string } } | null;
  return event?.requestContext?.requestId;
}
