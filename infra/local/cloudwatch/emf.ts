import * as v from 'valibot';

/** The values of one metric that a record carries, for one set of dimensions. */
export interface Measured {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly timestampMs: number;
  readonly values: readonly number[];
}

/** A line that CloudWatch would pass over, or a part of it. The message says what is wrong, never what stands in it. */
export class MalformedEmf extends Error {
  override readonly name = 'MalformedEmf';
}

/*
 * The rules as the specification of the embedded metric format and PutMetricData publish them. CloudWatch says nothing
 * of a line that breaks one: its metrics are not there.
 */
const MAX_LINE_BYTES = 1024 * 1024;
const MAX_AGE_MS = 14 * 24 * 3_600_000;
const MAX_AHEAD_MS = 2 * 3_600_000;
const MAX_VALUE = 2 ** 360;
const MAX_NAME = 1024;

const SIZES = ['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes'];
const BITS = ['Bits', 'Kilobits', 'Megabits', 'Gigabits', 'Terabits'];
export const UNITS: readonly string[] = [
  ...['Seconds', 'Microseconds', 'Milliseconds', 'Percent', 'Count', 'None', 'Count/Second'],
  ...[...SIZES, ...BITS].flatMap((size) => [size, `${size}/Second`]),
];

/** ASCII, not blank, and not begun with a colon. */
const Name = v.pipe(v.string(), v.regex(/^(?!:)(?=.*[!-~])[ -~]+$/), v.maxLength(MAX_NAME));
const Value = v.pipe(v.number(), v.finite(), v.minValue(-MAX_VALUE), v.maxValue(MAX_VALUE));
const Values = v.union([Value, v.pipe(v.array(Value), v.minLength(1), v.maxLength(100))]);

const Directive = v.object({
  Namespace: v.pipe(v.string(), v.regex(/^(?!AWS\/)[\w.\-/#: ]+$/), v.maxLength(255)),
  Dimensions: v.pipe(v.array(v.pipe(v.array(Name), v.maxLength(30))), v.minLength(1)),
  Metrics: v.pipe(
    v.array(
      v.object({
        Name,
        Unit: v.optional(v.picklist(UNITS), 'None'),
        StorageResolution: v.optional(v.picklist([1, 60]), 60),
      }),
    ),
    v.minLength(1),
    v.maxLength(100),
  ),
});

const Emf = v.looseObject({
  _aws: v.looseObject({
    Timestamp: v.pipe(v.number(), v.safeInteger()),
    CloudWatchMetrics: v.pipe(v.array(Directive), v.minLength(1)),
  }),
});
type Emf = v.InferOutput<typeof Emf>;

/** True for a line that is meant to become metrics. */
export const isEmf = (line: string): boolean => /^\s*\{\s*"_aws"\s*:/.test(line);

/** What a line says. @throws MalformedEmf */
export function parseEmf(line: string, nowMs: number): Measured[] {
  if (Buffer.byteLength(line) > MAX_LINE_BYTES) throw new MalformedEmf('longer than a log event may be');
  const record = checked(Emf, jsonOf(line), 'the record');
  const { Timestamp: timestampMs, CloudWatchMetrics: directives } = record._aws;
  if (timestampMs < nowMs - MAX_AGE_MS || timestampMs > nowMs + MAX_AHEAD_MS)
    throw new MalformedEmf('_aws.Timestamp is too far from now');
  return directives.flatMap((directive) =>
    directive.Metrics.flatMap((metric) => {
      const found = checked(Values, record[metric.Name], `the value of ${metric.Name}`);
      return directive.Dimensions.map((names) => ({
        namespace: directive.Namespace,
        metric: metric.Name,
        dimensions: dimensionsOf(record, names),
        unit: metric.Unit,
        timestampMs,
        values: [found].flat(),
      }));
    }),
  );
}

function dimensionsOf(record: Emf, names: readonly string[]): Record<string, string> {
  const rows = names.map((name) => [name, checked(Name, record[name], `the dimension ${name}`)] as const);
  return Object.fromEntries(rows);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new MalformedEmf('no JSON', { cause });
  }
}

function checked<TSchema extends v.GenericSchema>(
  schema: TSchema,
  value: unknown,
  what: string,
): v.InferOutput<TSchema> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = issue.path?.map(({ key }) => String(key)).join('.');
  throw new MalformedEmf(`${path ?? what} is not as it must be (${issue.type})`);
}
