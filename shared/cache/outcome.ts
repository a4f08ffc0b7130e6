import { AppError } from '../errors.ts';
import type { Answer } from './answer.ts';
import type { Observe, Outcome } from './events.ts';

/** What an answer counts as. */
function outcomeOf({ cached, cacheStatus, warningCode }: Answer): Outcome {
  switch (cacheStatus) {
    case 'fresh':
      return { name: cached ? 'hit' : 'miss' };
    case 'stale':
      return { name: 'stale', cause: warningCode };
    case 'fallback_revoked':
      return { name: 'fallback-revoked' };
  }
}

/** The one place that every request for a page leaves by: each is observed to end once, whatever became of it. */
export function observingOutcome<TRequest extends { observe?: Observe | undefined }, TRest extends unknown[]>(
  answerFor: (request: TRequest, ...rest: TRest) => Promise<Answer>,
): (request: TRequest, ...rest: TRest) => Promise<Answer> {
  return async (request, ...rest) => {
    try {
      const answer = await answerFor(request, ...rest);
      request.observe?.(outcomeOf(answer));
      return answer;
    } catch (error) {
      request.observe?.({ name: 'error', code: error instanceof AppError ? error.code : 'INTERNAL' });
      throw error;
    }
  };
}
