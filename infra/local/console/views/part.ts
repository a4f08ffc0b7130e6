import type { ConsoleState } from '../state/types.ts';
import type { Actions } from './actions.ts';
import type { Writing } from './format.ts';

/** What each part of the page is drawn from. */
export interface PartProps {
  readonly state: ConsoleState;
  readonly writing: Writing;
  readonly actions: Actions;
  readonly nowMs: number;
}
