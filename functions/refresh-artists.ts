import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { refresh } from '../shared/cache/hand-off.ts';
import { systemClock } from '../shared/clock.ts';
import { computationDepsFromEnv, observerFromEnv } from '../shared/deployment.ts';
import { codeOf } from '../shared/errors.ts';
import { logFailure } from '../shared/logging/log-failure.ts';
import { computeList } from '../shared/spotify-deployment.ts';

const deps = computationDepsFromEnv();
const observed = observerFromEnv();

const HandedLease = v.object({ userId: v.string(), token: v.string(), fence: v.string() });

/** Finishes, with no request waiting, a computation that outlasted its request. What it fails by is logged once. */
export const handler = async (event: unknown, context: Context) => {
  const report = (error: unknown) =>
    logFailure(error, { requestId: context.awsRequestId, code: codeOf(error) }, 'computation failed');
  const deadlineMs = systemClock.nowMs() + context.getRemainingTimeInMillis();
  try {
    const handed = v.parse(HandedLease, event);
    return await observed((observe) =>
      refresh({ ...deps, observe }, { handed, deadlineMs, report }, computeList),
    );
  } catch (error) {
    await report(error);
    throw error;
  }
};
