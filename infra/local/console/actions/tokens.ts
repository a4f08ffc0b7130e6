import { control } from './control.ts';

interface Kept {
  readonly token: string;
  readonly renewAtMs: number;
}

/** Before it expires, so that none expires on its way. */
const RENEW_BEFORE_MS = 5 * 60_000;

/** Real tokens of the local issuer, one for each user and scope, kept while they are good. */
export function createTokens() {
  const kept = new Map<string, Kept>();

  return {
    /** @throws ControlFailure */
    async of(user: string, scope?: string): Promise<string> {
      const key = JSON.stringify([user, scope]);
      const known = kept.get(key);
      if (known && Date.now() < known.renewAtMs) return known.token;
      const reply = await control<{ access_token: string; expires_in: number }>({
        method: 'POST',
        url: '/_local/token',
        body: { user, ...(scope ? { scope } : {}) },
      });
      const renewAtMs = Date.now() + reply.expires_in * 1000 - RENEW_BEFORE_MS;
      kept.set(key, { token: reply.access_token, renewAtMs });
      return reply.access_token;
    },

    /** After a 401: the stack may have been started anew, with other keys. */
    forget: (): void => kept.clear(),
  };
}

export type Tokens = ReturnType<typeof createTokens>;
