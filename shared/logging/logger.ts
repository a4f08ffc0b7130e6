import { Logger } from '@aws-lambda-powertools/logger';

/**
 * The one logger of an execution environment. It holds no state of a request: what belongs to one is passed with each
 * line, so that concurrent invocations never mix.
 */
export const logger = new Logger();
