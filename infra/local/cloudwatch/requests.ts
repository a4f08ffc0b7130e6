import * as v from 'valibot';
import { AwsError } from '../aws/aws-error.ts';
import { UNITS } from './emf.ts';

/* GetMetricData as the API reference describes its input; times are epoch seconds, as on the wire. */

/** Percentiles, and what needs no percentile. The trimmed statistics of CloudWatch are not stood in for. */
const STAT = /^(Sum|Average|Minimum|Maximum|SampleCount|p(100|\d{1,2}(\.\d{1,10})?))$/;
const MAX_POINTS = 100_800;

const Dimension = v.strictObject({
  Name: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  Value: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
});

const MetricStat = v.strictObject({
  Metric: v.strictObject({
    Namespace: v.pipe(v.string(), v.regex(/^[^:].*$/), v.maxLength(255)),
    MetricName: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
    Dimensions: v.optional(v.pipe(v.array(Dimension), v.maxLength(30)), []),
  }),
  Period: v.pipe(
    v.number(),
    v.safeInteger(),
    v.check(
      (seconds) => [1, 5, 10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0),
      'The period must be 1, 5, 10, 20, 30 or a multiple of 60.',
    ),
  ),
  Stat: v.pipe(v.string(), v.regex(STAT, 'The statistic is none that is known here.')),
  Unit: v.optional(v.picklist(UNITS)),
});

const Query = v.strictObject({
  Id: v.pipe(v.string(), v.regex(/^[a-z][a-zA-Z0-9_]*$/), v.maxLength(255)),
  MetricStat,
  Label: v.optional(v.string()),
  ReturnData: v.optional(v.boolean(), true),
});
export type Query = v.InferOutput<typeof Query>;

const Input = v.pipe(
  v.strictObject({
    MetricDataQueries: v.pipe(v.array(Query), v.minLength(1), v.maxLength(500)),
    StartTime: v.pipe(v.number(), v.finite()),
    EndTime: v.pipe(v.number(), v.finite()),
    NextToken: v.optional(v.string()),
    ScanBy: v.optional(v.picklist(['TimestampDescending', 'TimestampAscending']), 'TimestampDescending'),
    MaxDatapoints: v.optional(
      v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_POINTS)),
      MAX_POINTS,
    ),
    LabelOptions: v.optional(v.strictObject({ Timezone: v.optional(v.string()) })),
  }),
  v.check(
    ({ StartTime, EndTime }) => StartTime < EndTime,
    'The parameter StartTime must be less than the parameter EndTime.',
  ),
  v.check(
    ({ MetricDataQueries: queries }) => new Set(queries.map(({ Id }) => Id)).size === queries.length,
    'The values for parameter id in MetricDataQueries are not unique.',
  ),
  v.check(
    ({ MetricDataQueries: queries }) => queries.some(({ ReturnData }) => ReturnData),
    'At least one query must return data.',
  ),
);

/** @throws AwsError `ValidationError` for what AWS would not take, and for what is not stood in for */
export function parseInput(input: unknown): v.InferOutput<typeof Input> {
  const result = v.safeParse(Input, input, { abortEarly: true });
  if (result.success) return result.output;
  const [{ path, message }] = result.issues;
  const where = path?.map(({ key }) => String(key)).join('.');
  throw new AwsError('ValidationError', where ? `${where}: ${message}` : message);
}
