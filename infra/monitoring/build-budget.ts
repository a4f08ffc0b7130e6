import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { nameOf } from '../names.ts';
import type { Watched } from './series.ts';

/** When the topic is told: of what was spent, and of what the month will cost if it goes on like this. */
const NOTIFICATIONS = [
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'ACTUAL', threshold: 100 },
  { notificationType: 'FORECASTED', threshold: 100 },
] as const;

/**
 * A limit in dollars for what the account costs in a month. Of the whole account: a filter by tag needs a tag that
 * was switched on for billing by hand, and without that would count nothing and never tell.
 */
export function buildBudget(
  scope: Construct,
  watched: Pick<Watched, 'stage'>,
  { dollars, topic }: { readonly dollars: number; readonly topic: ITopic },
): void {
  new CfnBudget(scope, 'Budget', {
    budget: {
      budgetName: nameOf(watched, 'monthly'),
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: dollars, unit: 'USD' },
    },
    notificationsWithSubscribers: NOTIFICATIONS.map((notification) => ({
      notification: { ...notification, comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' },
      subscribers: [{ subscriptionType: 'SNS', address: topic.topicArn }],
    })),
  });
}
