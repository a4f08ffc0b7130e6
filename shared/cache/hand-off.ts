import { randomUUID } from 'node:crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { requiredEnv } from '../env.ts';
import { PlatformUnavailable, StorageUnavailable } from '../errors.ts';
import { asStorageError } from '../storage/document-client.ts';
import { attemptVerdict } from './attempt.ts';
import { namesOf, type Probes } from './bans.ts';
import type { ComputationDeps, Compute } from './computation.ts';
import { LEASE_MS, type Lease } from './computation-store.ts';
import { type ComputationResult, computeUnderLease } from './compute-under-lease.ts';
import { canStillBeStored } from './entry.ts';
import { rememberFailure } from './remember-outcome.ts';

/** A receipt is there at once or not at all: an Invoke that hangs must not cost the reader the old copy. */
const CLIENT = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};
let client: LambdaClient | undefined;

/** Asks for a computation to be finished under `lease` by the function that has time for it. Waits for the receipt only. */
export async function handOff(lease: Lease): Promise<void> {
  client ??= new LambdaClient(CLIENT);
  try {
    await client.send(
      new InvokeCommand({
        FunctionName: requiredEnv('REFRESH_FUNCTION'),
        InvocationType: 'Event',
        Payload: JSON.stringify(lease),
      }),
    );
  } catch (error) {
    throw asStorageError(error, 'Lambda');
  }
}

/** What is left when the computation is given up: time to write down why. */
const END_MARGIN_MS = 15_000;

/**
 * `superseded`: the lease had gone to another, or what was computed was outdated before it could be stored.
 * `forbidden`: meanwhile the platform limits the application; the next request after that computes.
 */
type RefreshResult = 'stored' | 'superseded' | 'forbidden' | 'failed';

interface HandedOn {
  handed: Lease;
  deadlineMs: number;
  /** Hears why a computation failed: no user is told. */
  report?: (error: Error) => Promise<void>;
}

/**
 * Finishes a computation whose lease was handed over. The message may come late, twice, or again after a crash: only
 * the one who exchanges the handed token for one of its own computes, or, when that holder is dead, takes the lease anew.
 */
export async function refresh(
  deps: ComputationDeps,
  { handed, deadlineMs, report }: HandedOn,
  compute: Compute,
): Promise<RefreshResult> {
  const { cache, computations, clock } = deps;
  const lease = await takeOver(deps, handed);
  if (!lease) return 'superseded';
  const [found, record, standing] = await Promise.all([
    cache.get(lease.userId, 0, 1, clock.nowMs()),
    computations.read(lease.userId),
    deps.bans.read(clock.nowMs(), namesOf(deps.platform.needs)),
  ]);
  // What a toggle brought about was paid for by the request that handed it on, and what that request probes is ours to
  // find out, as the lease is.
  const handedProbes = [...standing].filter(([, { probe }]) => probe?.holder === handed.token);
  const bans = new Map([...standing, ...handedProbes.map(unprobed)]);
  const known = { found, record: { ...record, leaseUntilMs: undefined, paidUntilMs: undefined }, bans };
  const verdict = attemptVerdict(known, deps.platform, clock.nowMs());
  const isOutdated = !canStillBeStored(lease.fence, found.fence);
  const mayCompute =
    !isOutdated &&
    verdict.kind === 'allowed' &&
    (await deps.bans.takeProbes(verdict.probes, lease.token, clock.nowMs(), handed.token));
  if (!mayCompute) {
    await Promise.all([computations.release(lease), deps.bans.releaseProbes(handedProbes, handed.token)]);
    return isOutdated ? 'superseded' : 'forbidden';
  }
  const permit = { ...verdict, found, record, lease };
  const patienceMs = deadlineMs - END_MARGIN_MS - clock.nowMs();
  const result = await computeUnderLease(deps, permit, { patienceMs, deadlineMs }, compute);
  switch (result.kind) {
    case 'superseded':
      return result.kind;
    case 'computed':
      if (result.fence) return 'stored';
  }
  const error = errorOf(result);
  if (result.kind !== 'failed') await rememberFailure(deps, permit, error);
  await report?.(error);
  return 'failed';
}

const unprobed = ([name, ban]: Probes[number]) => [name, { ...ban, probe: undefined }] as const;

function errorOf(result: Exclude<ComputationResult, { kind: 'superseded' }>): Error {
  switch (result.kind) {
    case 'failed':
      return result.error;
    case 'computed':
      return new StorageUnavailable('the list could not be stored');
    case 'outlasted':
      // Nothing in a computation takes long but the platform.
      return new PlatformUnavailable('the platform is slower than a function may wait');
  }
}

async function takeOver({ computations, clock }: ComputationDeps, handed: Lease): Promise<Lease | undefined> {
  const nowMs = clock.nowMs();
  const lease = { ...handed, token: randomUUID() };
  const taken =
    (await computations.exchange(handed, lease.token, nowMs + LEASE_MS)) ||
    (await computations.acquire(lease, nowMs, nowMs + LEASE_MS));
  return taken ? lease : undefined;
}
