import type { FunctionSpec } from '../template/functions.ts';
import { ACCOUNT_ID, REGION } from '../template/resources.ts';

interface Surroundings {
  /** `host:port/path` */
  readonly runtimeApi: string;
  readonly endpoints: Readonly<Record<string, string>>;
  readonly sessionToken: string;
  readonly logStream: string;
}

/**
 * The whole environment of a function's process: its own variables from the template, those that Lambda reserves, and
 * the addresses of what stands in for AWS and Spotify. Nothing of the environment that started the local stack.
 */
export function environmentOf(
  spec: FunctionSpec,
  { runtimeApi, endpoints, sessionToken, logStream }: Surroundings,
): Record<string, string> {
  return {
    ...spec.environment,
    ...endpoints,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: spec.logFormat,
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCOUNT_ID: ACCOUNT_ID,
    // The role of a function, as what stands in for AWS sees it: the name of the function.
    AWS_ACCESS_KEY_ID: spec.name,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: sessionToken,
    LAMBDA_TASK_ROOT: spec.codePath,
    LAMBDA_RUNTIME_DIR: import.meta.dirname,
    _HANDLER: spec.handler,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: '/usr/local/bin:/usr/bin:/bin',
  };
}
