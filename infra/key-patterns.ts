import { computationKey, cooldownKey, entryKey, revocationsKey } from '../shared/cache/keys.ts';

/*
 * The kinds of partition keys, as patterns for `dynamodb:LeadingKeys`. IAM does not know the user of a request, so a
 * policy cannot keep users apart (the code does, see the keys themselves); it can keep a function to the kinds of items
 * that it works with: who syncs plays cannot touch a list, who toggles cannot touch a lease.
 */

export type CacheKeys = 'list' | 'part' | 'computation' | 'cooldown' | 'revocations';

export const cacheKeyPatterns: Readonly<Record<CacheKeys, string>> = {
  list: entryKey('*').pk,
  // Generation, number and user follow.
  part: 'part:*',
  computation: computationKey('*').pk,
  // The bans, and what is let in after one.
  cooldown: `${cooldownKey.pk}*`,
  revocations: revocationsKey.pk,
};

export type AccountKeys = 'user';

export const accountKeyPatterns: Readonly<Record<AccountKeys, string>> = {
  user: 'user:*',
};
