import type { Found, Resolver } from './resolve.ts';

export interface JwtAuthorizer {
  readonly issuer: string;
  readonly audience: readonly string[];
}

export interface RouteSpec {
  /** Such as `GET /api/user/artists`, or `$default`. */
  readonly key: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
  readonly authorizer: JwtAuthorizer | undefined;
  /** One of these must stand in the token; none: any valid token. */
  readonly scopes: readonly string[];
  /** How often it may be called, by everybody together; as often as the account unless the stage says so. */
  readonly limit: RouteLimit | undefined;
}

interface RouteLimit {
  readonly ratePerSecond: number;
  /** At one moment. */
  readonly burst: number;
}

export interface CorsSpec {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds: number | undefined;
  readonly allowCredentials: boolean;
}

export interface ApiSpec {
  readonly id: string;
  readonly routes: readonly RouteSpec[];
  readonly cors: CorsSpec | undefined;
}

/** The longest that an HTTP API waits for an integration, and its default. */
const INTEGRATION_TIMEOUT_MS = 30_000;

/** The HTTP API of the templates. The local stack serves one. */
export function readApi(resolver: Resolver): ApiSpec {
  const [api, ...others] = resolver.all('AWS::ApiGatewayV2::Api');
  if (!api) throw new Error('no template has an HTTP API');
  if (others.length > 0)
    throw new Error('the local stack serves one HTTP API, and the templates have several');
  const integrations = byId(resolver.all('AWS::ApiGatewayV2::Integration'));
  const authorizers = byId(resolver.all('AWS::ApiGatewayV2::Authorizer'));
  const [stage] = resolver.all('AWS::ApiGatewayV2::Stage');
  return {
    id: api.ref,
    routes: resolver
      .all('AWS::ApiGatewayV2::Route')
      .map((route) => ({ ...readRoute(route, integrations, authorizers), limit: limitOf(route, stage) })),
    cors: readCors(api),
  };
}

function byId(found: readonly Found[]): Map<string, Found> {
  return new Map(found.map((resource) => [resource.ref, resource]));
}

function readRoute(
  route: Found,
  integrations: Map<string, Found>,
  authorizers: Map<string, Found>,
): Omit<RouteSpec, 'limit'> {
  const key = String(route.property('RouteKey'));
  const integration = integrations.get(String(route.property('Target')).replace('integrations/', ''));
  if (!integration) throw new Error(`route ${key} has no integration`);
  const authorizer = authorizers.get(String(route.property('AuthorizerId')));
  const type = route.property('AuthorizationType') ?? 'NONE';
  if (type !== 'NONE' && !(type === 'JWT' && authorizer)) {
    throw new Error(`route ${key}: the local stack knows JWT authorizers only`);
  }
  return {
    key,
    ...readIntegration(integration, key),
    authorizer: authorizer && readAuthorizer(authorizer),
    scopes: (route.property('AuthorizationScopes') ?? []) as string[],
  };
}

/** The stage's default limit holds for each route by itself, a route's own in its place. */
function limitOf(route: Found, stage: Found | undefined): RouteLimit | undefined {
  type Settings = { ThrottlingRateLimit?: number; ThrottlingBurstLimit?: number };
  const own = (stage?.property('RouteSettings') ?? {}) as Record<string, Settings>;
  const settings: Settings = {
    ...(stage?.property('DefaultRouteSettings') as Settings | undefined),
    ...own[String(route.property('RouteKey'))],
  };
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = settings;
  return rate === undefined || burst === undefined ? undefined : { ratePerSecond: rate, burst };
}

function readIntegration(integration: Found, key: string) {
  const functionArn = /arn:[^:]+:lambda:[^:]+:\d+:function:[^/]+/.exec(
    String(integration.property('IntegrationUri')),
  )?.[0];
  if (!functionArn || integration.property('PayloadFormatVersion') !== '2.0') {
    throw new Error(`route ${key}: the local stack knows Lambda integrations of payload format 2.0 only`);
  }
  return {
    functionArn,
    timeoutMs: Number(integration.property('TimeoutInMillis') ?? INTEGRATION_TIMEOUT_MS),
  };
}

function readAuthorizer(authorizer: Found): JwtAuthorizer {
  const jwt = authorizer.property('JwtConfiguration') as { Issuer: string; Audience: string[] };
  return { issuer: jwt.Issuer, audience: jwt.Audience };
}

function readCors(api: Found): CorsSpec | undefined {
  const cors = api.property('CorsConfiguration') as
    | Record<`${'AllowOrigins' | 'AllowMethods' | 'AllowHeaders' | 'ExposeHeaders'}`, string[] | undefined>
    | undefined;
  if (!cors) return undefined;
  const { MaxAge: maxAge, AllowCredentials: credentials } = cors as {
    MaxAge?: number;
    AllowCredentials?: boolean;
  };
  return {
    allowOrigins: cors.AllowOrigins ?? [],
    allowMethods: cors.AllowMethods ?? [],
    allowHeaders: cors.AllowHeaders ?? [],
    exposeHeaders: cors.ExposeHeaders ?? [],
    maxAgeSeconds: maxAge,
    allowCredentials: credentials === true,
  };
}
