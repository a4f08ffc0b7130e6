import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alarmRows } from '../../infra/monitoring/alarms.ts';
import { EXPIRY_INDEX } from '../../shared/cache/keys.ts';
import { METRICS, PAGE_ERROR_CODES } from '../../shared/metrics/names.ts';
import { PROD, resourcesOf, templatesOf } from '../support/template.ts';

const { monitoring, api } = templatesOf(PROD);

const RUNBOOK = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8');

type Dimension = [name: string, value: string];

/** A metric as the JSON of a dashboard has it: namespace, name, then dimensions in pairs, then options. */
interface ShownMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly view?: string;
    readonly stacked?: boolean;
    readonly metrics?: readonly (readonly (string | Record<string, unknown>)[])[];
    readonly annotations?: { readonly horizontal?: readonly { readonly value: number }[] };
    readonly alarms?: readonly unknown[];
  };
}

/** The body of the dashboard with references in the place of what only a deployment knows. */
function dashboard(): Widget[] {
  const [found] = resourcesOf(monitoring, 'AWS::CloudWatch::Dashboard');
  const body = found?.Properties.DashboardBody as { 'Fn::Join': [string, unknown[]] } | undefined;
  const parts = body?.['Fn::Join'][1] ?? [];
  const text = parts.map((part) => (typeof part === 'string' ? part : 'REFERENCE')).join('');
  return (JSON.parse(text) as { widgets: Widget[] }).widgets;
}

function metricsOf({ properties }: Widget): ShownMetric[] {
  return (properties.metrics ?? []).flatMap((line) => {
    const [namespace, name, ...rest] = line.filter((part) => typeof part === 'string');
    if (namespace === undefined || name === undefined) return [];
    const dimensions = rest.flatMap((part, i): Dimension[] => (i % 2 ? [] : [[part, rest[i + 1] ?? '']]));
    return [{ namespace, name, dimensions }];
  });
}

const widgets = dashboard();
const titled = (title: string) => widgets.find(({ properties }) => properties.title === title) as Widget;
const namesIn = (title: string) => [...new Set(metricsOf(titled(title)).map(({ name }) => name))];

describe('the dashboard', () => {
  it.each([
    ['Hit rate', ['Hits', 'Misses', 'Stale', 'FallbackRevoked', 'Errors']],
    ['Requests by outcome', ['Hits', 'Misses', 'Stale', 'FallbackRevoked', 'Errors']],
    ['Latency of hits', ['HitLatency']],
    ['Errors by code', ['Errors']],
    ['API: what clients saw', ['Count', '4xx', '5xx', 'Defects-prod']],
    ['Computations', ['ComputationTime', 'LeaseWait']],
    [
      'Calls to Spotify',
      [
        'SpotifyCalls',
        'SpotifyFailures',
        'SpotifyRateLimited',
        'SpotifyRevocations',
        'SpotifyCallsCut',
        'SpotifyItemsSkipped',
        'ComputationTime',
      ],
    ],
    ['Cool-down after a 429', ['CooldownActive', 'CooldownStarted']],
    ['Lists', ['Entries', 'StaleEntries', 'UnreadableEntries']],
    ['Lists stored', ['ListBytes', 'FirstLists', 'StaleReplaced', 'Toggles']],
    ['Size of a list', ['ListBytes']],
    ['Sweep', ['SweepDeleted', 'SweepHeartbeat', 'SweepUnfinished', 'ApproximateNumberOfMessagesVisible']],
    ['Read units', ['ConsumedReadCapacityUnits']],
    ['Write units', ['ConsumedWriteCapacityUnits']],
    ['Throttled by DynamoDB', ['ReadThrottleEvents', 'WriteThrottleEvents']],
    ['Crashes and timeouts', ['Errors']],
    ['Running at once', ['ConcurrentExecutions']],
    ['Duration, p99', ['Duration']],
    ['Throttled by Lambda', ['Throttles']],
  ])('%s shows %j', (title, names) => {
    expect(namesIn(title)).toEqual(names);
  });

  it('shows every metric that the code emits, and none that it does not', () => {
    const shown = widgets
      .flatMap(metricsOf)
      .filter(({ namespace, name }) => namespace === 'ArtistsCache' && !name.startsWith('Defects'))
      .map(({ name }) => name);
    expect([...new Set(shown)].toSorted()).toEqual(Object.keys(METRICS).toSorted());
  });

  it('asks for them by the dimensions that the code gives them: never a user', () => {
    const ours = widgets.flatMap(metricsOf).filter(({ namespace }) => namespace === 'ArtistsCache');
    const dimensions = new Set(ours.map((metric) => JSON.stringify(metric.dimensions)));
    const everyRecord: Dimension[] = [
      ['service', 'artists-cache'],
      ['stage', 'prod'],
    ];
    const errors = PAGE_ERROR_CODES.map((code): Dimension[] => [['error_code', code], ...everyRecord]);
    // A filter on logs gives none.
    const emitted = [everyRecord, [], ...errors].map((pairs) => JSON.stringify(pairs));
    expect(dimensions).toEqual(new Set(emitted));
  });

  it('asks Lambda, DynamoDB and SQS by names that the stacks give', () => {
    const physical = new Set<unknown>(
      [...resourcesOf(api, 'AWS::Lambda::Function'), ...resourcesOf(api, 'AWS::SQS::Queue')]
        .concat(resourcesOf(templatesOf(PROD).data, 'AWS::DynamoDB::GlobalTable'))
        .map(({ Properties: p }) => p.FunctionName ?? p.QueueName ?? p.TableName),
    );
    physical.add(EXPIRY_INDEX);
    const asked = widgets
      .flatMap(metricsOf)
      .filter(({ namespace }) => /^AWS\/(Lambda|DynamoDB|SQS)$/.test(namespace))
      .flatMap(({ dimensions }) => dimensions.map(([, value]) => value));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((name) => !physical.has(name))).toEqual([]);
  });

  it('shows the index of expiry hours beside the tables, whose figures leave it out', () => {
    const tables: readonly Dimension[][] = [
      [['TableName', 'artists-cache-prod-cache']],
      [['TableName', 'artists-cache-prod-account']],
      [
        ['GlobalSecondaryIndexName', EXPIRY_INDEX],
        ['TableName', 'artists-cache-prod-cache'],
      ],
    ];
    for (const title of ['Read units', 'Write units']) {
      expect(metricsOf(titled(title)).map(({ dimensions }) => dimensions)).toEqual(tables);
    }
    expect(metricsOf(titled('Throttled by DynamoDB')).map(({ dimensions }) => dimensions)).toEqual([
      ...tables,
      ...tables,
    ]);
  });

  it('draws the promises: 95 % hits, 50 ms a hit, and outcomes one on the other', () => {
    expect(titled('Hit rate').properties.annotations?.horizontal).toMatchObject([{ value: 95 }]);
    expect(titled('Latency of hits').properties.annotations?.horizontal).toMatchObject([{ value: 50 }]);
    expect(titled('Requests by outcome').properties.stacked).toBe(true);
    const options = titled('Latency of hits').properties.metrics?.map((line) => line.at(-1));
    expect(options).toMatchObject([{ stat: 'p50' }, { stat: 'p90' }, { stat: 'p99' }]);
  });

  it('begins with the state of every alarm', () => {
    const [states] = widgets.filter(({ type }) => type === 'alarm');
    expect(states?.properties.alarms).toHaveLength(alarmRows.length);
  });
});

describe('the alarms', () => {
  const alarms = resourcesOf(monitoring, 'AWS::CloudWatch::Alarm');
  const named = (id: string) =>
    alarms.find(({ Properties }) => Properties.AlarmName === `artists-cache-prod-${id}`)?.Properties;

  it.each(alarmRows)('$id leads to a section of the runbook', ({ id }) => {
    expect(named(id)?.AlarmDescription).toMatch(new RegExp(`Runbook: docs/runbook\\.md#${id}$`));
    expect(RUNBOOK).toMatch(new RegExp(`^##+ ${id}$`, 'm'));
  });

  it('each inform, and only those that hurt users page, all by one alarm', () => {
    const topics = resourcesOf(monitoring, 'AWS::SNS::Topic').map(({ Properties }) => Properties.TopicName);
    expect(topics).toEqual(['artists-cache-prod-pages', 'artists-cache-prod-notices']);
    for (const { Properties } of alarms) expect(JSON.stringify(Properties.AlarmActions)).toMatch(/Notices/);

    const [composite, ...more] = resourcesOf(monitoring, 'AWS::CloudWatch::CompositeAlarm');
    expect(more).toEqual([]);
    expect(JSON.stringify(composite?.Properties.AlarmActions)).toMatch(/Pages/);
    const rule = JSON.stringify(composite?.Properties.AlarmRule);
    const paging = alarmRows.filter(({ pages }) => pages).map(({ id }) => id);
    expect(paging).toEqual(['error-rate', 'defects', 'throttles', 'table-throttles', 'revocation-spike']);
    expect(rule.match(/"ALARM\(|ALARM\(/g)).toHaveLength(paging.length);
    expect(RUNBOOK).toMatch(/^##+ page$/m);
  });

  it('see DynamoDB throttle the index of expiry hours, not the tables alone', () => {
    const metrics = (named('table-throttles')?.Metrics ?? []) as {
      MetricStat?: { Metric: { MetricName: string; Dimensions: { Name: string; Value: string }[] } };
    }[];
    const watched = metrics.flatMap(({ MetricStat }) => {
      if (!MetricStat) return [];
      const { MetricName, Dimensions } = MetricStat.Metric;
      return [`${MetricName} ${Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join(' ')}`];
    });
    const ofIndex = `GlobalSecondaryIndexName=${EXPIRY_INDEX} TableName=artists-cache-prod-cache`;
    expect(watched).toHaveLength(6);
    for (const event of ['ReadThrottleEvents', 'WriteThrottleEvents']) {
      expect(watched).toContain(`${event} TableName=artists-cache-prod-cache`);
      expect(watched).toContain(`${event} TableName=artists-cache-prod-account`);
      expect(watched).toContain(`${event} ${ofIndex}`);
    }
  });

  it('wake for a throttled request, and tell of work in the background that is held at its bound', () => {
    const functionsOf = (id: string) => {
      const metrics = named(id)?.Metrics as {
        MetricStat?: { Metric: { Dimensions: { Value: string }[] } };
      }[];
      return metrics.flatMap(
        ({ MetricStat }) => MetricStat?.Metric.Dimensions.map(({ Value }) => Value) ?? [],
      );
    };
    const held = ['artists-cache-prod-refresh-artists', 'artists-cache-prod-sweep'];
    expect(functionsOf('background-throttles').toSorted()).toEqual(held);
    expect(functionsOf('throttles')).toContain('artists-cache-prod-get-artists');
    expect(functionsOf('throttles').filter((name) => held.includes(name))).toEqual([]);
  });

  it('reach an operator', () => {
    monitoring.resourceCountIs('AWS::SNS::Subscription', 2);
    monitoring.allResourcesProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'oncall@app.example',
    });
    templatesOf().monitoring.resourceCountIs('AWS::SNS::Subscription', 0);
  });

  it('tell of the bill, where a limit was given', () => {
    monitoring.resourceCountIs('AWS::Budgets::Budget', 0);
    const limited = templatesOf({ ...PROD, monthlyBudget: '900' }).monitoring;
    const notices = Object.entries(limited.findResources('AWS::SNS::Topic')).find(
      ([, { Properties }]) => Properties.TopicName === 'artists-cache-prod-notices',
    )?.[0];
    const [budget] = resourcesOf(limited, 'AWS::Budgets::Budget');
    expect(budget?.Properties.Budget).toEqual({
      BudgetName: 'artists-cache-prod-monthly',
      BudgetType: 'COST',
      TimeUnit: 'MONTHLY',
      BudgetLimit: { Amount: 900, Unit: 'USD' },
    });
    const told = budget?.Properties.NotificationsWithSubscribers as {
      Notification: { NotificationType: string; Threshold: number; ComparisonOperator: string };
      Subscribers: unknown;
    }[];
    expect(told.map(({ Notification: one }) => [one.NotificationType, one.Threshold])).toEqual([
      ['ACTUAL', 80],
      ['ACTUAL', 100],
      ['FORECASTED', 100],
    ]);
    for (const { Subscribers } of told)
      expect(Subscribers).toEqual([{ SubscriptionType: 'SNS', Address: { Ref: notices } }]);
  });

  it('keep to what CloudWatch takes: ten metrics an alarm', () => {
    for (const { Properties } of alarms) {
      const metrics = (Properties.Metrics ?? []) as { MetricStat?: unknown }[];
      expect(metrics.filter(({ MetricStat }) => MetricStat).length).toBeLessThanOrEqual(10);
    }
  });

  it('take silence for trouble only from the sweep', () => {
    const breaching = alarms.filter(({ Properties }) => Properties.TreatMissingData === 'breaching');
    expect(breaching.map(({ Properties }) => Properties.AlarmName)).toEqual([
      'artists-cache-prod-sweep-missing',
    ]);
  });

  it('count a defect in the logs of every function', () => {
    const filters = resourcesOf(api, 'AWS::Logs::MetricFilter');
    expect(filters).toHaveLength(resourcesOf(api, 'AWS::Lambda::Function').length);
    for (const { Properties } of filters) {
      expect(Properties).toMatchObject({
        FilterPattern: '{ $.defect IS TRUE }',
        MetricTransformations: [{ MetricName: 'Defects-prod', MetricNamespace: 'ArtistsCache' }],
      });
    }
    expect(named('defects')?.Metrics).toMatchObject([
      { MetricStat: { Metric: { MetricName: 'Defects-prod', Namespace: 'ArtistsCache' }, Stat: 'Sum' } },
    ]);
  });
});
