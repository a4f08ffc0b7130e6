import { ageGuards } from './age.ts';
import { backOffGuards } from './back-off.ts';
import { fenceGuards } from './fence.ts';
import type { Guard } from './guard.ts';
import { limitsGuards } from './limits.ts';
import { oneComputationGuards } from './one-computation.ts';
import { platformGuards } from './platforms.ts';
import { readingGuards } from './reading.ts';
import { revocationGuards } from './revocations.ts';
import { wholeListsGuards } from './whole-lists.ts';

/** All of them, in the order of docs/invariants.md. */
export const GUARDS: readonly Guard[] = [
  ...oneComputationGuards,
  ...fenceGuards,
  ...ageGuards,
  ...backOffGuards,
  ...wholeListsGuards,
  ...readingGuards,
  ...platformGuards,
  ...revocationGuards,
  ...limitsGuards,
];
