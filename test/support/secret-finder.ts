/** Long enough to be no coincidence; a run of `GRAM + STEP - 1` characters of a secret is always found. */
const GRAM = 16;
const STEP = 6;

export type SecretFinder = ReturnType<typeof createSecretFinder>;

/**
 * Finds secrets in text, also pieces of them (22 characters and more), and also URL-encoded, in base64 with anything
 * before and behind them, and in hexadecimal.
 */
export function createSecretFinder() {
  const kinds = new Map<string, string>();
  const known = new Map<string, Set<string>>();

  return {
    /** @param kind what a find is called, such as `refresh token` */
    learn(kind: string, secret: string | Uint8Array): void {
      const bytes = Buffer.from(secret as string);
      const values = known.get(kind) ?? new Set();
      known.set(kind, values);
      const name = bytes.toString('latin1');
      if (values.has(name)) return;
      values.add(name);
      for (const form of formsOf(bytes))
        for (let at = 0; at + GRAM <= form.length; at++) kinds.set(form.slice(at, at + GRAM), kind);
    },
    /** How many different secrets of a kind are known. */
    count: (kind: string): number => known.get(kind)?.size ?? 0,
    /** The kinds of the secrets that a text holds. */
    find(text: string): string[] {
      const found = new Set<string>();
      for (let at = 0; at + GRAM <= text.length; at += STEP) {
        const kind = kinds.get(text.slice(at, at + GRAM));
        if (kind !== undefined) found.add(kind);
      }
      return [...found];
    },
  };
}

/** How many bytes stand before the secret decides where its groups of three begin. */
const ALIGNMENTS = [0, 1, 2] as const;

function formsOf(secret: Buffer): string[] {
  const text = secret.toString('latin1');
  const encoded = ALIGNMENTS.map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), secret]).toString('base64');
    // What the neighbours have a part in is not the secret's.
    return whole.slice(before === 0 ? 0 : before + 1, -4);
  });
  const forURLs = encoded.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  return [text, encodeURIComponent(text), secret.toString('hex'), ...encoded, ...forURLs];
}
