/** A mutant that no test can or need notice, and why. */
export interface Explained {
  file: string;
  /** The line it stands in, as the source has it, without what is before and after. */
  line: string;
  was: string;
  becomes: string;
  why: string;
}

export const EXPLAINED: readonly Explained[] = [];
