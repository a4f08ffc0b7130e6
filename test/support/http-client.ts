/** A reply, read to its end. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is not. */
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on what comes, whatever it is
  readonly json: any;
}

export interface HttpOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, without a content type of its own. */
  readonly raw?: RequestInit['body'];
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request; redirects are not followed, and no status is an error. */
export async function http(
  method: string,
  url: string,
  { body, raw, headers }: HttpOptions = {},
): Promise<HttpReply> {
  const isJson = body !== undefined && raw === undefined;
  const reply = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...(isJson ? { 'content-type': 'application/json' } : {}), ...headers },
    body: raw ?? (body === undefined ? null : JSON.stringify(body)),
  });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
