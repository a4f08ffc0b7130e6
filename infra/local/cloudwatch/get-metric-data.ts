import { setImmediate } from 'node:timers/promises';
import { AwsError } from '../aws/aws-error.ts';
import type { Histogram, MetricStore } from './metric-store.ts';
import { MINUTE_MS } from './metric-store.ts';
import { parseInput, type Query } from './requests.ts';

/** One period of a metric: its beginning in epoch seconds, and the statistic. */
type Point = readonly [atSeconds: number, value: number];

/** CloudWatch for reading: GetMetricData, without expressions. */
export function createCloudWatch(store: Pick<MetricStore, 'find'>) {
  return {
    /** @throws AwsError */
    async GetMetricData(raw: unknown) {
      const input = parseInput(raw);
      // The pipe and the socket of a function are read in no certain order: what it wrote before its reply counts.
      for (let turn = 0; turn < 5; turn++) await setImmediate();
      const results = input.MetricDataQueries.filter(({ ReturnData }) => ReturnData).map((query) => ({
        query,
        points: pointsOf(store, query, input),
      }));
      return pageOf(results, skippedBy(input.NextToken), input.MaxDatapoints);
    },
  };
}

interface Range {
  StartTime: number;
  EndTime: number;
  ScanBy: string;
}

/** Periods begin with the start, which is rounded down to the minute; the end is no longer part of them. */
function pointsOf(store: Pick<MetricStore, 'find'>, query: Query, range: Range): Point[] {
  const { Metric, Period, Stat, Unit } = query.MetricStat;
  const dimensions = Object.fromEntries(Metric.Dimensions.map(({ Name, Value }) => [Name, Value]));
  const startMs = Math.floor((range.StartTime * 1000) / MINUTE_MS) * MINUTE_MS;
  const periods = new Map<number, Histogram>();
  for (const { unit, minutes } of store.find(Metric.Namespace, Metric.MetricName, dimensions)) {
    if (Unit !== undefined && Unit !== unit) continue;
    for (const [minute, histogram] of minutes) {
      if (minute < startMs || minute >= range.EndTime * 1000) continue;
      const period = startMs / 1000 + Math.floor((minute - startMs) / 1000 / Period) * Period;
      periods.set(period, merged(periods.get(period), histogram));
    }
  }
  const points = [...periods].map(([at, histogram]): Point => [at, statistic(Stat, histogram)]);
  const sign = range.ScanBy === 'TimestampAscending' ? 1 : -1;
  return points.toSorted(([a], [b]) => sign * (a - b));
}

function merged(into: Histogram = new Map(), more: Histogram): Histogram {
  for (const [value, count] of more) into.set(value, (into.get(value) ?? 0) + count);
  return into;
}

function statistic(stat: string, histogram: Histogram): number {
  const sorted = [...histogram].toSorted(([a], [b]) => a - b);
  const samples = sorted.reduce((sum, [, count]) => sum + count, 0);
  const total = sorted.reduce((sum, [value, count]) => sum + value * count, 0);
  switch (stat) {
    case 'Sum':
      return total;
    case 'SampleCount':
      return samples;
    case 'Average':
      return total / samples;
    case 'Minimum':
      return sorted[0]?.[0] ?? 0;
    case 'Maximum':
      return sorted.at(-1)?.[0] ?? 0;
    default:
      return percentile(sorted, samples, Number(stat.slice(1)));
  }
}

/** The smallest value that so many percent of all do not exceed. */
function percentile(sorted: readonly [number, number][], samples: number, percent: number): number {
  const rank = Math.max(1, Math.ceil((samples * percent) / 100));
  let passed = 0;
  for (const [value, count] of sorted) {
    passed += count;
    if (passed >= rank) return value;
  }
  return 0;
}

/** A page of the points of all metrics one after the other; the token says how many went before. */
function pageOf(
  results: readonly { query: Query; points: readonly Point[] }[],
  skipped: number,
  max: number,
) {
  let before = 0;
  const MetricDataResults = results.flatMap(({ query, points }) => {
    const from = Math.max(0, skipped - before);
    const until = Math.min(points.length, skipped + max - before);
    before += points.length;
    // Nothing of it is on this page; one without any point stands on the first.
    if (until < from || (from === until && (points.length > 0 || skipped > 0))) return [];
    const shown = points.slice(from, until);
    return {
      Id: query.Id,
      Label: query.Label ?? query.MetricStat.Metric.MetricName,
      Timestamps: shown.map(([atSeconds]) => atSeconds),
      Values: shown.map(([, value]) => value),
      StatusCode: until < points.length ? 'PartialData' : 'Complete',
    };
  });
  const isLast = skipped + max >= before;
  return { MetricDataResults, Messages: [], ...(isLast ? {} : { NextToken: tokenOf(skipped + max) }) };
}

const tokenOf = (skipped: number) => Buffer.from(`skip:${skipped}`).toString('base64url');

function skippedBy(token: string | undefined): number {
  if (token === undefined) return 0;
  const skipped = /^skip:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (skipped === undefined)
    throw new AwsError('InvalidNextToken', 'The next token is not one that was given.');
  return Number(skipped);
}
