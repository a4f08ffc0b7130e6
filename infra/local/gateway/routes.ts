import type { RouteSpec } from '../template/api.ts';

export interface Match {
  readonly route: RouteSpec;
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
}

export type Router = (method: string, path: string) => Match | undefined;

interface Candidate {
  readonly route: RouteSpec;
  readonly method: string;
  readonly pattern: RegExp;
  readonly rank: number;
}

/**
 * Finds the most specific route as an HTTP API does: a full match before variables, `{proxy+}` after those, a method
 * before `ANY`, and `$default` for everything that is left.
 */
export function createRouter(routes: readonly RouteSpec[]): Router {
  const fallback = routes.find(({ key }) => key === '$default');
  const candidates = routes
    .filter(({ key }) => key !== '$default')
    .map(candidate)
    .sort((a, b) => a.rank - b.rank);
  return (method, path) => {
    for (const { route, method: accepted, pattern } of candidates) {
      const found = accepted === method || accepted === 'ANY' ? pattern.exec(path) : null;
      if (found) return { route, pathParameters: found.groups && { ...found.groups } };
    }
    return fallback && { route: fallback, pathParameters: undefined };
  };
}

function candidate(route: RouteSpec): Candidate {
  const [method = '', path = ''] = route.key.split(' ');
  const source = path
    .split(/(\{[^}]+\})/)
    .map((part) => {
      const [, name, greedy] = /^\{(\w+)(\+?)\}$/.exec(part) ?? [];
      if (!name) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return `(?<${name}>${greedy ? '.+' : '[^/]+'})`;
    })
    .join('');
  const kind = path.includes('+}') ? 4 : path.includes('{') ? 2 : 0;
  return { route, method, pattern: new RegExp(`^${source}$`), rank: kind + (method === 'ANY' ? 1 : 0) };
}
