import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as v from 'valibot';
import type { Clock } from '../clock.ts';
import { InternalError } from '../errors.ts';
import { asStorageError } from '../storage/document-client.ts';
import { parseJson } from './replies.ts';

const Secret = v.object({
  client_secret: v.pipe(v.string(), v.minLength(1)),
});

/** Our application at Spotify. Never logged. */
export interface ClientCredentials {
  clientId: string;
  clientSecret: string;
}

/** A secret that Spotify refuses is read again this often at most: a wrong one must not cost a call each time. */
const MIN_MS_BETWEEN_READS = 5 * 60_000;

const REQUEST_LIMITS = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };

export type CredentialSource = ReturnType<typeof createClientCredentials>;

/**
 * Our client id with its secret, from Secrets Manager: read on the first need, kept for the life of the instance.
 * The SDK's client, too, is only loaded then, so that a request that needs no Spotify does not pay for it.
 */
export function createClientCredentials({
  clientId,
  secretId,
  clock,
}: {
  clientId: string;
  secretId: string;
  clock: Clock;
}) {
  let client: SecretsManagerClient | undefined;
  let kept: Promise<ClientCredentials> | undefined;
  let readAtMs = 0;

  async function load(): Promise<ClientCredentials> {
    const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
    client ??= new SecretsManagerClient({ maxAttempts: 3, requestHandler: REQUEST_LIMITS });
    const { SecretString } = await client
      .send(new GetSecretValueCommand({ SecretId: secretId }))
      .catch((error: unknown) => Promise.reject(asStorageError(error, 'Secrets Manager')));
    const parsed = v.safeParse(Secret, parseJson(SecretString ?? ''));
    if (!parsed.success)
      throw new InternalError('the secret of our Spotify application has not the expected shape');
    return { clientId, clientSecret: parsed.output.client_secret };
  }

  function read(): Promise<ClientCredentials> {
    if (kept) return kept;
    readAtMs = clock.nowMs();
    const loading = load();
    kept = loading;
    // A failure is not kept: the next caller tries again.
    loading.catch(() => {
      if (kept === loading) kept = undefined;
    });
    return loading;
  }

  /** The credentials that took the place of `refused`, or undefined when we know of none. */
  async function readAfterRefusal(refused: ClientCredentials): Promise<ClientCredentials | undefined> {
    if (clock.nowMs() - readAtMs >= MIN_MS_BETWEEN_READS) kept = undefined;
    const current = await read();
    return current.clientSecret === refused.clientSecret ? undefined : current;
  }

  return { read, readAfterRefusal };
}
