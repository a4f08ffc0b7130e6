import { requiredEnv } from '../env.ts';

/**
 * Takes the place of `@aws-sdk/credential-provider-node` in every bundle (see `infra/bundle.ts`). Lambda puts the
 * credentials of a function's role into its environment, for as long as the environment lives: profiles, single sign-on,
 * instance metadata and the clients that these need (120 KB) have nothing to find there.
 *
 * Read once, because Node asks the operating system at every look.
 */
export function defaultProvider() {
  let credentials: Credentials | undefined;
  return async (): Promise<Credentials> => {
    credentials ??= {
      accessKeyId: requiredEnv('AWS_ACCESS_KEY_ID'),
      secretAccessKey: requiredEnv('AWS_SECRET_ACCESS_KEY'),
      sessionToken: requiredEnv('AWS_SESSION_TOKEN'),
    };
    return credentials;
  };
}

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}
