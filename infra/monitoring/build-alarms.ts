import {
  Alarm,
  AlarmRule,
  ComparisonOperator,
  CompositeAlarm,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { nameOf } from '../names.ts';
import { type AlarmRow, alarmRows } from './alarms.ts';
import { metricOf, type Watched } from './series.ts';

const comparisons: Readonly<Record<AlarmRow['when'], ComparisonOperator>> = {
  above: ComparisonOperator.GREATER_THAN_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
  'at least': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
};

interface Destinations {
  /** Wakes an operator. */
  readonly pages: ITopic;
  /** Is read in the morning. */
  readonly notices: ITopic;
  /** Where the runbook is. */
  readonly runbook: string;
}

/** Every alarm of the rows, and the composite one over those that page. */
export function buildAlarms(
  scope: Construct,
  watched: Watched,
  { pages, notices, runbook }: Destinations,
): { readonly alarms: readonly Alarm[]; readonly composite: CompositeAlarm } {
  const built = alarmRows.map((row) => {
    const metric = metricOf(row.measure, watched, Duration.minutes(row.periodMinutes));
    const alarm = new Alarm(scope, row.id, alarmProps(row, watched, metric, runbook));
    alarm.addAlarmAction(new SnsAction(notices));
    return { row, alarm };
  });
  const composite = new CompositeAlarm(scope, 'page', {
    compositeAlarmName: nameOf(watched, 'page'),
    alarmDescription: `Users are hurt, or will be soon: look at the alarms in it. Runbook: ${runbook}#page`,
    alarmRule: AlarmRule.anyOf(...built.filter(({ row }) => row.pages).map(({ alarm }) => alarm)),
  });
  composite.addAlarmAction(new SnsAction(pages));
  composite.addOkAction(new SnsAction(pages));
  return { alarms: built.map(({ alarm }) => alarm), composite };
}

function alarmProps(row: AlarmRow, watched: Watched, metric: IMetric, runbook: string) {
  return {
    alarmName: nameOf(watched, row.id),
    alarmDescription: `${row.what} Runbook: ${runbook}#${row.id}`,
    metric,
    comparisonOperator: comparisons[row.when],
    threshold: row.threshold,
    evaluationPeriods: row.periods,
    treatMissingData:
      row.withoutData === 'badly' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  };
}
