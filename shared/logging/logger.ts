import { Logger } from '@aws-lambda-powertools/logger';
import { AppError } from '../errors.ts';

/**
 * The one logger of an execution environment. It holds no state of a request: what belongs to one is passed with each
 * line, so that concurrent invocations never mix.
 */
export const logger = new Logger();

/** What may be said of an error in a log. */
interface ErrorSummary {
  name: string;
  code?: string;
  message?: string;
  status?: number;
  stack?: string[];
  cause?: ErrorSummary;
}

/**
 * Our own errors say what they say. Of all others only the kind is logged, and where a defect arose: their messages may
 * quote what an upstream sent, a token included.
 */
export function summarizeError(error: unknown, depth = 0): ErrorSummary {
  if (!(error instanceof Error)) return { name: typeof error };
  const { cause, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  const summary: ErrorSummary = { name: error.name };
  if (error instanceof AppError) Object.assign(summary, { code: error.code, message: error.message });
  else summary.stack = frames(error);
  if ($metadata?.httpStatusCode !== undefined) summary.status = $metadata.httpStatusCode;
  if (cause !== undefined && depth < 3) summary.cause = summarizeError(cause, depth + 1);
  return summary;
}

const frames = (error: Error) =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 5);

/** Logs a request that failed for a reason that is not its own. */
export function logFailure(error: unknown, context: { requestId: string; code: string }): void {
  const message = 'request failed';
  if (context.code === 'INTERNAL') logger.error(message, { ...context, failure: summarizeError(error) });
  else logger.warn(message, { ...context, failure: summarizeError(error) });
}
