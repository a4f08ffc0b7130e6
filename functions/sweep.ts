import type { Context } from 'aws-lambda';
import { sweepFromEnv } from '../shared/deployment.ts';

const sweep = sweepFromEnv();

/** Deletes what is too old to be served and counts the rest. Called by the scheduler, every hour. */
export const handler = (_event: unknown, context: Context) => sweep(() => context.getRemainingTimeInMillis());
