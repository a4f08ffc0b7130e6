import type { Route } from './route.ts';
import * as declared from './routes.ts';

/** Every route, for those who serve or describe the whole API (infrastructure, OpenAPI, the 404/405 function). */
export const allRoutes: readonly Route[] = Object.values(declared);
