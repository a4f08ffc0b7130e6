import type { IncomingMessage, RequestListener } from 'node:http';

/*
 * Any page of the internet can make a browser send requests to this machine. Under a name of its own that it lets lead
 * here, it reads the replies too, but `Host` is that name. Under our name it reads none, but may change something:
 * then `Origin` is the page's.
 */

/** Names of this machine that are never another's. By the last one an Android emulator calls it. */
const LOOPBACK_HOSTS: readonly string[] = ['127.0.0.1', 'localhost', '[::1]', '10.0.2.2'];

/**
 * Whether `Host` is a name of this machine, with any port.
 *
 * @param others hosts without a port by which it may be called besides
 */
function isOwnHost(host: string | undefined, others: readonly string[] = []): boolean {
  const name = URL.parse(`http://${host}`)?.hostname ?? '';
  return LOOPBACK_HOSTS.includes(name) || others.includes(name);
}

/** Whether a page of this machine sent the request, on any port, or no page at all. */
export function isFromOwnPage(origin: string | undefined, others: readonly string[] = []): boolean {
  if (origin === undefined) return true;
  const url = URL.parse(origin);
  return url !== null && isOwnHost(url.host, others);
}

/** Whether a page of this very address sent the request, or no page at all. */
export function isFromSamePage({ headers: { origin, host } }: Pick<IncomingMessage, 'headers'>): boolean {
  return origin === undefined || URL.parse(origin)?.host === URL.parse(`http://${host}`)?.host;
}

/** Answers 421 to requests under a name that is not this machine's, and hands over the others. */
export function forOwnHosts(listener: RequestListener, others: readonly string[] = []): RequestListener {
  return (request, response) => {
    if (isOwnHost(request.headers.host, others)) return listener(request, response);
    response.writeHead(421, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end('This is a port of one machine alone: it answers to 127.0.0.1 and localhost.\n');
  };
}
