import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** What must outlive a restart, so that stored tokens stay readable and tokens given out stay valid. */
export interface LocalKeys {
  /** 32 bytes, base64: what every KMS key is derived from. */
  readonly kmsMaster: string;
  /** The private RSA key of the issuer. */
  readonly issuer: JWK;
}

/** @param path where they are kept; undefined: nowhere */
export async function loadKeys(path: string | undefined): Promise<LocalKeys> {
  const kept = path && read(path);
  if (kept) return kept;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const keys = { kmsMaster: randomBytes(32).toString('base64'), issuer: await exportJWK(privateKey) };
  if (path) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(keys), { mode: 0o600 });
  }
  return keys;
}

function read(path: string): LocalKeys | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LocalKeys;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
