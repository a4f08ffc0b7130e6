import type { Outcome, RequestLine } from './types.ts';

interface Reply {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The body as JSON, if it is. */
  readonly body: unknown;
}

const LIST = '/api/user/artists';

/** What a reply says of itself: where the list came from, or why there is none. */
export function readReply({
  method,
  path,
  status,
  body,
}: Reply): Pick<RequestLine, 'outcome' | 'source' | 'code' | 'warningCode'> {
  const { data, error, warning_code } = (body ?? {}) as {
    data?: { cached?: boolean; cache_status?: string };
    error?: { code?: string };
    warning_code?: string;
  };
  const said = { source: null, code: error?.code ?? null, warningCode: warning_code ?? null };
  if (method !== 'GET' || path.split('?')[0] !== LIST) return { ...said, outcome: 'other' };
  if (status !== 200) return { ...said, outcome: 'error' };
  return { ...said, outcome: outcomeOf(data), source: data?.cached ? 'cached' : 'computed' };
}

/** The page that a path of the list asks for. */
export const pageIn = (path: string): string | null =>
  new URLSearchParams(path.split('?')[1] ?? '').get('page');

function outcomeOf(data: { cached?: boolean; cache_status?: string } | undefined): Outcome {
  if (data?.cache_status === 'stale' || data?.cache_status === 'fallback_revoked') return data.cache_status;
  return data?.cached ? 'hit' : 'miss';
}

/** The lines that the charts are about: requests for the list. */
export function listRequests(log: readonly { readonly kind: string }[]): RequestLine[] {
  return (log as readonly RequestLine[]).filter(
    (line) => line.kind === 'request' && line.outcome !== 'other',
  );
}
