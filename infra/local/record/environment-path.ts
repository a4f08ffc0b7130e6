const DYNAMODB = 'AWS_ENDPOINT_URL_DYNAMODB';
const PATH = /^\/environments\/([^/]+)(\/.*)?$/;

/** The same endpoints, where DynamoDB can tell from the path which environment calls. */
export function namedEndpoints(
  endpoints: Readonly<Record<string, string>>,
  environmentId: string,
): Readonly<Record<string, string>> {
  const url = endpoints[DYNAMODB];
  return url === undefined ? endpoints : { ...endpoints, [DYNAMODB]: `${url}/environments/${environmentId}` };
}

/** The environment that such a path names, and the path without it. */
export function environmentIn(url = '/'): { environmentId: string | undefined; path: string } {
  const [, environmentId, path = '/'] = PATH.exec(url) ?? [];
  return environmentId === undefined ? { environmentId, path: url } : { environmentId, path };
}
