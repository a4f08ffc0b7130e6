import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IWidget,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { nameOf } from '../names.ts';
import { dashboardRows, type WidgetRow } from './dashboard-rows.ts';
import { metricOf, type Watched } from './series.ts';

const FULL_WIDTH = 24;
const GRAPH_HEIGHT = 6;

/** The one dashboard: alarms on top, then the rows, each under its question. */
export function buildDashboard(
  scope: Construct,
  watched: Watched,
  { alarms, runbook }: { readonly alarms: readonly Alarm[]; readonly runbook: string },
): Dashboard {
  const heading = (markdown: string) => new TextWidget({ markdown, width: FULL_WIDTH, height: 1 });
  return new Dashboard(scope, 'Dashboard', {
    dashboardName: nameOf(watched, 'overview'),
    defaultInterval: Duration.hours(12),
    widgets: [
      [heading(`# artists-cache, ${watched.stage}. What to do: ${runbook}`)],
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: FULL_WIDTH, height: 3 })],
      ...dashboardRows.flatMap(({ question, widgets }) => [
        [heading(`## ${question}`)],
        widgets.map((row) => widgetOf(row, FULL_WIDTH / widgets.length, watched)),
      ]),
    ],
  });
}

function widgetOf({ title, kind, series, unit, limit }: WidgetRow, width: number, watched: Watched): IWidget {
  const isHourly = series.some(
    (one) => one.from === 'service' && /^(Entries|StaleEntries|Sweep)/.test(one.metric),
  );
  const period = kind === 'numbers' || isHourly ? Duration.hours(1) : Duration.minutes(5);
  const metrics = series.map((one) => metricOf(one, watched, period));
  const place = { title, width, height: GRAPH_HEIGHT };
  if (kind === 'numbers') return new SingleValueWidget({ ...place, metrics, setPeriodToTimeRange: false });
  return new GraphWidget({
    ...place,
    left: metrics,
    stacked: kind === 'stacked',
    period,
    leftYAxis: { label: unit, min: 0, showUnits: false },
    ...(limit === undefined ? {} : { leftAnnotations: [{ ...limit, color: '#d62728' }] }),
  });
}
