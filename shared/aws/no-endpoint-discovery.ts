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
