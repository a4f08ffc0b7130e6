import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { allRoutes } from '../shared/contract/routes.ts';
import { MethodNotAllowed, RouteNotFound } from '../shared/errors.ts';
import { httpReplies } from '../shared/http/api.ts';

/** Whatever matches no route: 405 when another method would have, else 404. Needs no token. */
export const handler = middy()
  .use(httpReplies())
  .handler((event: unknown) => {
    const { rawPath } = event as APIGatewayProxyEventV2;
    const allowed = allRoutes.filter(({ path }) => path === rawPath).map(({ method }) => method);
    if (allowed.length > 0) throw new MethodNotAllowed('no such method on this path', { allowed });
    throw new RouteNotFound('no such path');
  });
