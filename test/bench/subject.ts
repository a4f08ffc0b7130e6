import type { Artist } from '../../shared/artist.ts';

/** Something that keeps lists of artists in DynamoDB: ours, another cache, or a plain way to store them. */
export interface Subject {
  readonly name: string;
  /** Where a user's list lies, for its size to be looked at. */
  readonly table: string;
  key(user: string): Record<string, string>;
  set(user: string, artists: readonly Artist[]): Promise<void>;
  /** The artists of a page of ten. */
  page(user: string, page: number): Promise<readonly Artist[]>;
  /** What keeps lists and computes them, too, as one instance of an application runs it. */
  instance?(load: Load, windows: { freshMs: number; keepMs: number }): Instance;
}

export type Load = () => Promise<readonly Artist[]>;

export interface Instance {
  /** The first page, from the store or computed. */
  get(user: string): Promise<readonly Artist[]>;
  /** The list is outdated from now on. */
  invalidate(user: string): Promise<void>;
}

/** What the bundle of `subjects/subjects.ts` exports. */
export interface Subjects {
  /** Reads 1 KB with the SDK's client, and nothing else. */
  floor(): Promise<unknown>;
  subjects: readonly Subject[];
  /** A hit through the whole Lambda function. */
  handler(event: unknown, context: unknown): Promise<{ statusCode: number; headers: Record<string, string> }>;
}

export const PAGE_LIMIT = 10;
