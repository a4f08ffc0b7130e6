import { Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { ApiStack } from './api-stack.ts';
import type { Config } from './config.ts';
import { buildAlarms } from './monitoring/build-alarms.ts';
import { buildBudget } from './monitoring/build-budget.ts';
import { buildDashboard } from './monitoring/build-dashboard.ts';
import type { Watched } from './monitoring/series.ts';
import { nameOf } from './names.ts';

interface MonitoringStackProps extends StackProps {
  readonly config: Config;
  readonly api: ApiStack;
}

/** What watches: a dashboard, alarms, and whom they tell. May be changed without touching what serves. */
export class MonitoringStack extends Stack {
  constructor(scope: Construct, id: string, { config, api, ...props }: MonitoringStackProps) {
    super(scope, id, props);
    const watched: Watched = { stage: config.stage, apiId: api.gateway.api.apiId };
    const { runbookUrl: runbook } = config;
    const pages = this.#createTopic(config, 'Pages');
    const notices = this.#createTopic(config, 'Notices');
    allowPublishing(pages, 'cloudwatch.amazonaws.com');
    allowPublishing(notices, 'cloudwatch.amazonaws.com');
    const { alarms } = buildAlarms(this, watched, { pages, notices, runbook });
    buildDashboard(this, watched, { alarms, runbook });
    const { monthlyBudget: dollars } = config;
    if (dollars === undefined) return;
    allowPublishing(notices, 'budgets.amazonaws.com');
    buildBudget(this, watched, { dollars, topic: notices });
  }

  #createTopic(config: Config, id: 'Pages' | 'Notices'): Topic {
    // Not encrypted with a key of our own: names and numbers of metrics are in it, nothing of a user.
    const topic = new Topic(this, id, { topicName: nameOf(config, id.toLowerCase()), enforceSSL: true });
    if (config.alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(config.alarmEmail));
    return topic;
  }
}

/**
 * The policy that enforces TLS takes the place of the one that a topic has by itself: without this, no service may
 * publish, and no alarm arrives.
 */
function allowPublishing(topic: Topic, service: string): void {
  topic.addToResourcePolicy(
    new PolicyStatement({
      actions: ['sns:Publish'],
      principals: [new ServicePrincipal(service)],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': topic.stack.account } },
    }),
  );
}
