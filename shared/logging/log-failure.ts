import type { Logger } from '@aws-lambda-powertools/logger';
import { AppError, ApplicationTrouble, type ErrorCode, isDefect } from '../errors.ts';

/** What may be said of an error in a log. */
interface ErrorSummary {
  name: string;
  code?: string;
  message?: string;
  status?: number;
  reason?: string;
  stack?: string[];
  cause?: ErrorSummary;
}

/**
 * Our own errors say what they say. Of all others only the kind is logged, and where a defect arose: their messages may
 * quote what an upstream sent, a token included.
 */
function summarizeError(error: unknown, depth = 0): ErrorSummary {
  if (!(error instanceof Error)) return { name: typeof error };
  const { cause, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  const summary: ErrorSummary = { name: error.name };
  if (error instanceof AppError) Object.assign(summary, { code: error.code, message: error.message });
  else if (error instanceof ApplicationTrouble) summary.reason = error.reason;
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

/**
 * The one logger of an instance. It holds no state of a request: what belongs to one is passed with each line, so that
 * concurrent invocations never mix. Loaded with the first line: most instances have none, and each would pay 2 ms at its
 * start.
 */
let logger: Logger | undefined;
async function loadLogger(): Promise<Logger> {
  const { Logger } = await import('@aws-lambda-powertools/logger');
  logger ??= new Logger();
  return logger;
}

/** Logs a request that was refused for a reason of its own: the code tells which, and nothing tells whose it was. */
export async function logRefusal(context: { requestId: string; code: string }) {
  (await loadLogger()).info('request refused', context);
}

/**
 * Logs what failed for a reason that is not the request's own; a defect as one, whatever the user was answered: these
 * lines are counted, and alarmed. Resolves once the line is written.
 */
export async function logFailure(
  error: unknown,
  context: { requestId: string; code: ErrorCode },
  what = 'request failed',
): Promise<void> {
  const log = await loadLogger();
  const failure = summarizeError(error);
  if (isDefect(error)) log.error(what, { ...context, defect: true, failure });
  else log.warn(what, { ...context, failure });
}

/** Logs how many items of a platform's lists were left out, by reason. Resolves once the line is written. */
export async function logSkipped(byReason: Readonly<Record<string, number>>): Promise<void> {
  if (Object.keys(byReason).length > 0) (await loadLogger()).info('items skipped', { byReason });
}
