import { once } from 'node:events';
import { createServer } from 'node:net';

/** Where debuggers look first. */
const FIRST_PORT = 9229;

/** A free port for the debugger of each function. */
export async function inspectPorts<Name extends string>(names: readonly Name[]): Promise<Map<Name, number>> {
  const ports = new Map<Name, number>();
  let port = FIRST_PORT;
  for (const name of names) {
    while (!(await isFree(port))) port += 1;
    ports.set(name, port);
    port += 1;
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    const listening = once(server, 'listening');
    server.listen(port, '127.0.0.1');
    await listening;
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
