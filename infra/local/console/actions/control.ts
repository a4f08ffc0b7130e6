/** A control route that refused, or was not there. */
export class ControlFailure extends Error {
  override readonly name = 'ControlFailure';
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

interface ControlCall {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly body?: unknown;
}

/**
 * One call of a control route of the local stack or of the stand-in.
 *
 * @throws ControlFailure for any reply but 200; its status is 0 when there was none
 */
export async function control<TReply>({ method, url, body }: ControlCall): Promise<TReply> {
  const response = await fetch(url, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new ControlFailure(0, (cause as Error).message, { cause });
  });
  const reply = (await response.json().catch(() => ({}))) as TReply & { error?: { message?: string } };
  if (!response.ok)
    throw new ControlFailure(response.status, reply.error?.message ?? `HTTP ${response.status}`);
  return reply;
}
