import { requiredEnv } from '../env.ts';

/**
 * Takes the place of `@aws-sdk/credential-provider-node` in every bundle (see `infra/bundle.ts`). Lambda puts the
 * credentials of a function's role into its environment, for as long as the instance lives: profiles, single sign-on,
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

/*
 * Takes the place of `@aws-sdk/middleware-endpoint-discovery` in every bundle (see `infra/bundle.ts`). DynamoDB's client
 * still brings it along, with a cache of endpoints (9 KB), but no command of DynamoDB goes by it any more.
 */

export const resolveEndpointDiscoveryConfig = <TConfig>(config: TConfig): TConfig => config;

/** What the client would look for in the environment and in a profile: nothing. */
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: () => undefined,
  configFileSelector: () => undefined,
  default: undefined,
};
