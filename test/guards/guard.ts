/** One line of defence, how to take it down, and the test that must notice. */
export interface Guard {
  /** The invariant of docs/invariants.md that it serves. */
  invariant: string;
  /** As the table there calls it. */
  name: string;
  file: string;
  /** Stands exactly once in the file. */
  find: string;
  replace: string;
  test: { file: string; title?: string };
}

export const MODEL = { file: 'test/model/cache.test.ts' };
export const contract = (title: string) => ({
  file: 'test/shared/cache/stores.test.ts',
  title: `the fake DynamoDB.*${title}`,
});
export const unit = (name: string, title: string) => ({ file: `test/shared/cache/${name}.test.ts`, title });

export const CACHE = 'shared/cache/artists-cache.ts';
export const COMPUTATIONS = 'shared/cache/computation-store.ts';
export const BANS = 'shared/cache/ban-store.ts';
export const TABLE = 'shared/storage/document-client.ts';
export const CORE = 'shared/cache/cached-artists.ts';
export const ATTEMPT = 'shared/cache/attempt.ts';
export const OUTCOME = 'shared/cache/remember-outcome.ts';
export const UNDER_LEASE = 'shared/cache/compute-under-lease.ts';
export const REFRESH = 'shared/cache/hand-off.ts';
export const FRESHNESS = 'shared/cache/entry.ts';
export const ALWAYS = '(attribute_exists(pk) OR attribute_not_exists(pk))';
