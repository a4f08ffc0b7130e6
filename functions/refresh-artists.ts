import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { refresh } from '../shared/cache/hand-off.ts';
import { systemClock } from '../shared/clock.ts';
import { computationDepsFromEnv, observerFromEnv } from '../shared/deployment.ts';
import { computeList } from '../shared/spotify-deployment.ts';

const deps = computationDepsFromEnv();
const observed = observerFromEnv();

const HandedLease = v.object({ userId: v.string(), token: v.string(), fence: v.string() });

/** Finishes, with no request waiting, a computation that outlasted its request. */
export const handler = (event: unknown, context: Context) => {
  const handed = v.parse(HandedLease, event);
  const deadlineMs = systemClock.nowMs() + context.getRemainingTimeInMillis();
  return observed((observe) => refresh(deps, { handed, deadlineMs, observe }, computeList));
};
