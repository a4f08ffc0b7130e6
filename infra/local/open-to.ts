import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { StartProblem } from './problem.ts';

/** Every address by which other devices reach this machine. */
const EVERY = '0.0.0.0';

/**
 * The addresses that `HOST` means. @throws StartProblem when there is none
 */
export function addressesOf(host: string): string[] {
  if (host !== EVERY) return [host];
  const found = Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  if (found.length > 0) return found;
  throw new StartProblem('HOST: this machine has no address that another device could reach');
}

/**
 * Opens what listens on a port of 127.0.0.1 to those who reach this machine by another address, on the same port unless
 * another is given.
 *
 * @throws StartProblem when it is no address of this machine, or the port is taken there
 */
export async function openTo(address: string, toPort: number, port = toPort) {
  const sockets = new Set<Socket>();
  const server = createServer((from) => {
    const to = connect(toPort, '127.0.0.1');
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one);
      one.once('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.on('error', () => undefined);
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(problemOf(error, address, port)));
    server.listen(port, address, resolve);
  });
  return {
    url: `http://${address}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function problemOf(cause: NodeJS.ErrnoException, address: string, port: number): Error {
  const why =
    cause.code === 'EADDRNOTAVAIL'
      ? `${address} is no address of this machine`
      : cause.code === 'EADDRINUSE'
        ? `port ${port} is taken at ${address}`
        : cause.message;
  return new StartProblem(`HOST: ${why}`, { cause });
}
