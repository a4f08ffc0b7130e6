/** The access token of the user, or what gets the one of the moment. `expired`: the last one was refused, get another. */
export type Token = string | ((state: { readonly expired: boolean }) => string | Promise<string>);

type Fetch = (request: Request) => Promise<Response>;

interface SendOptions {
  readonly fetch: Fetch;
  readonly token: Token;
  readonly maxWaitSeconds: number;
}

const SECOND_MS = 1_000;
/** Whatever a server or a proxy says: a client does not run in circles. */
const SHORTEST_WAIT_SECONDS = 1;

/**
 * Sends a request with the token of the user. A 401 is met once with a token that was got anew; what says that it can
 * be asked again later is asked again, for as long as all waits together stay within `maxWaitSeconds`.
 */
export function createSend({ fetch, token, maxWaitSeconds }: SendOptions): Fetch {
  const tokens = createTokens(token);

  async function once(request: Request): Promise<Response> {
    const current = await tokens.current();
    const response = await fetch(withToken(request, current));
    const renewed = response.status === 401 ? await tokens.renewed() : undefined;
    return renewed === undefined || renewed === current ? response : fetch(withToken(request, renewed));
  }

  return async (request) => {
    const isRepeatable = maxWaitSeconds > 0 && (await repeatable(request));
    let waitedSeconds = 0;
    for (let attempt = 0; ; attempt++) {
      const response = await once(request);
      const seconds = isRepeatable ? secondsToWait(request, response, attempt) : undefined;
      if (seconds === undefined || waitedSeconds + seconds > maxWaitSeconds) return response;
      waitedSeconds += seconds;
      await elapsed(seconds * SECOND_MS, request.signal);
    }
  };
}

function createTokens(token: Token) {
  if (typeof token === 'string') return { current: () => token, renewed: () => undefined };
  let renewing: Promise<string> | undefined;
  return {
    current: () => token({ expired: false }),
    /** Once for all requests that were refused at the same time: a refresh token may be good for one use. */
    renewed: () => {
      renewing ??= Promise.resolve(token({ expired: true })).finally(() => {
        renewing = undefined;
      });
      return renewing;
    },
  };
}

/** A copy: a request that was sent cannot be sent again. */
function withToken(request: Request, token: string): Request {
  const copy = request.clone();
  copy.headers.set('authorization', `Bearer ${token}`);
  return copy;
}

/** A flip that is repeated may undo itself. All else may be said twice. */
async function repeatable(request: Request): Promise<boolean> {
  if (request.method === 'GET' || !request.url.endsWith('/artists/toggle')) return true;
  return 'selected' in JSON.parse(await request.clone().text());
}

/** How long to wait before the same request may succeed; undefined when the reply does not say, or not in seconds. */
export function retryAfterSeconds({ headers }: Response): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.max(seconds, SHORTEST_WAIT_SECONDS) : undefined;
}

/**
 * The service says how long. API Gateway does not: a second, then twice as long each time. Its 429 comes before the
 * function; its 503 may come after it, so that only reading is repeated then.
 */
function secondsToWait({ method }: Request, response: Response, attempt: number): number | undefined {
  const { status } = response;
  if (status !== 429 && status !== 503) return undefined;
  return retryAfterSeconds(response) ?? (status === 429 || method === 'GET' ? 2 ** attempt : undefined);
}

/** @throws the reason of the signal as soon as it is aborted */
function elapsed(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
}
