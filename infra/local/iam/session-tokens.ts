import { createHmac, randomBytes } from 'node:crypto';

/** Makes and knows the session tokens of one run. */
export type SessionTokens = ReturnType<typeof createSessionTokens>;

/**
 * A session token for each access key id, as AWS gives one to each role that is assumed: the SDK sends it with every
 * call. It tells the functions of this run, each as itself, from any other process of the machine.
 */
export function createSessionTokens(secret: Buffer = randomBytes(32)) {
  const tokenFor = (accessKeyId: string) =>
    createHmac('sha256', secret).update(accessKeyId).digest('base64url');
  return {
    tokenFor,
    isGenuine: (accessKeyId: string, token: unknown): boolean => token === tokenFor(accessKeyId),
  };
}
