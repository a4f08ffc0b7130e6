/** What a computation and a sync read; asked for together, so that one consent covers both. */
export const REQUIRED_SCOPES = [
  'user-top-read',
  'user-follow-read',
  'user-read-recently-played',
  'user-library-read',
] as const;
