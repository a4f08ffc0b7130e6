import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { computeFromEnv } from '../shared/artists/environment.ts';
import { bansFromEnv, cacheFromEnv, computationsFromEnv } from '../shared/cache/environment.ts';
import { refresh } from '../shared/cache/refresh.ts';
import { systemClock } from '../shared/clock.ts';
import { requiredSeconds } from '../shared/env.ts';
import { observerFromEnv } from '../shared/metrics/environment.ts';
import { LIST_NEEDS } from '../shared/needs.ts';
import { createDocumentClient } from '../shared/storage/document-client.ts';

const db = createDocumentClient();
const observed = observerFromEnv();
const compute = computeFromEnv(db);
const deps = {
  cache: cacheFromEnv(db),
  computations: computationsFromEnv(db),
  bans: bansFromEnv(db),
  needs: LIST_NEEDS,
  clock: systemClock,
  retryMs: requiredSeconds('RETRY_SECONDS') * 1000,
};

const HandedLease = v.object({ userId: v.string(), token: v.string(), fence: v.string() });

/** Finishes, with nobody waiting, a computation that outlasted its request. */
export const handler = (event: unknown, context: Context) => {
  const handed = v.parse(HandedLease, event);
  const deadlineMs = systemClock.nowMs() + context.getRemainingTimeInMillis();
  return observed((observe) => refresh(deps, { handed, deadlineMs, observe }, compute));
};
