import product from '../../package.json' with { type: 'json' };
import { routes as declared, type Route } from '../../shared/contract/routes.ts';
import { examples } from './examples.ts';
import { defaultResponses, failureResponses, sharedResponses } from './failure-responses.ts';
import { failureExamples, failureSchemas } from './failure-schemas.ts';
import { cachedHeaders, headerComponents, successHeaders } from './headers.ts';
import { OVERVIEW, prose, TAGS, unwrapped } from './prose.ts';
import { namedSchemas, queryParameters, replySchema, requestSchema, schemaRef } from './schemas.ts';

type RouteName = keyof typeof declared;
const routes: Readonly<Record<RouteName, Route>> = declared;
/** In the order in which they are best read. */
const routeNames = Object.keys(prose) as RouteName[];

/**
 * The exact OpenAPI 3.1 document of the whole API, from the contract and nothing else. Stable: equal for equal contracts.
 * What is published is the open one: open-document.ts.
 */
export function openapiDocument() {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Artists cache',
      version: product.version,
      description: unwrapped(OVERVIEW),
      contact: { name: 'The team that runs the service' },
      license: { name: 'All rights reserved', identifier: 'LicenseRef-All-Rights-Reserved' },
    },
    servers: [
      { url: '/', description: 'The server of this document: the local stack' },
      {
        url: 'https://{api}.execute-api.{region}.amazonaws.com',
        description: 'AWS: the output ApiUrl of the deployment',
        variables: { api: { default: 'api' }, region: { default: 'eu-west-3' } },
      },
    ],
    security: [{ bearer: [] }],
    tags: TAGS,
    paths: paths(),
    'x-default-responses': defaultResponses(),
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'RS256. The scope that an operation asks for by `x-scope` is in the claim `scope`.',
        },
      },
      schemas: sorted({ ...namedSchemas(), ...routeSchemas(), ...failureSchemas() }),
      parameters: { AcceptLanguage, IfNoneMatch },
      headers: headerComponents(),
      responses: sharedResponses(),
      examples: failureExamples(),
    },
  };
}

const AcceptLanguage = {
  name: 'Accept-Language',
  in: 'header',
  required: false,
  description: 'The language of the messages, negotiated after RFC 9110: French or English',
  schema: { type: 'string', default: 'fr' },
};

const IfNoneMatch = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'The `ETag` of the page that is there already',
  schema: { type: 'string' },
};

/** `getArtists` → `GetArtistsReply`. */
const schemaNameOf = (name: RouteName, part: 'Request' | 'Reply') =>
  `${name.charAt(0).toUpperCase()}${name.slice(1)}${part}`;

function routeSchemas(): Record<string, object> {
  return Object.fromEntries(
    routeNames.flatMap((name) => {
      const { body, reply } = routes[name];
      const request = body ? [[schemaNameOf(name, 'Request'), requestSchema(body)]] : [];
      return [...request, [schemaNameOf(name, 'Reply'), discriminated(replySchema(reply))]];
    }),
  );
}

/** Says by which field the shapes are told apart, for generators of typed clients. */
function discriminated(schema: { oneOf?: readonly { $ref?: string }[] }): object {
  return schema.oneOf
    ? { ...schema, discriminator: { propertyName: 'cache_status', mapping: PAGES } }
    : schema;
}

const PAGES = {
  fresh: schemaRef('FreshPage').$ref,
  stale: schemaRef('StalePage').$ref,
  fallback_revoked: schemaRef('RevokedPage').$ref,
};

function paths(): Record<string, Record<string, object>> {
  const items: Record<string, Record<string, object>> = {};
  for (const name of routeNames) {
    const { path, method } = routes[name];
    items[path] = { ...items[path], [method.toLowerCase()]: operation(name) };
  }
  return items;
}

function operation(name: RouteName): object {
  const route = routes[name];
  const { tag, description } = prose[name];
  return {
    operationId: name,
    tags: [tag],
    summary: route.summary,
    description: unwrapped(description),
    ...(route.scope && { 'x-scope': route.scope }),
    parameters: [
      ...(route.query ? queryParameters(route.query) : []),
      { $ref: '#/components/parameters/AcceptLanguage' },
      ...(name === 'getArtists' ? [{ $ref: '#/components/parameters/IfNoneMatch' }] : []),
    ],
    ...(route.body && { requestBody: requestBody(name) }),
    responses: { ...successResponses(name), ...failureResponses(route) },
  };
}

function requestBody(name: RouteName): object {
  return {
    required: true,
    content: {
      'application/json': { schema: schemaRef(schemaNameOf(name, 'Request')), examples: examples[name].body },
    },
  };
}

function successResponses(name: RouteName): Record<string, object> {
  const cached = name === 'getArtists';
  const ok = {
    description: 'OK',
    headers: cached ? cachedHeaders() : successHeaders(),
    content: {
      'application/json': { schema: schemaRef(schemaNameOf(name, 'Reply')), examples: examples[name].reply },
    },
  };
  const unchanged = { description: 'The page is still the one of `If-None-Match`', headers: cachedHeaders() };
  return { 200: ok, ...(cached && { 304: unchanged }) };
}

const sorted = (schemas: Record<string, object>) =>
  Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
