import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Connections that the system keeps until the server takes them, as far as it allows (net.core.somaxconn). When thousands
 * of clients come back at once, Node's 511 are full at once, and who finds no place tries again after 1, 3, 7, … 63 s.
 */
const BACKLOG = 4096;

/** Listens and gives the address taken; rejects when it is not to be had. Port 0 takes any free one. */
export async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  server.listen({ port, host, backlog: BACKLOG });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  return address;
}

/** Takes no new connection, lets requests under way end, and cuts off those that have not ended after `graceMs`. */
export async function stopServer(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  const cutOff = setTimeout(() => {
    server.closeAllConnections();
  }, graceMs);
  server.close();
  server.closeIdleConnections();
  await closed;
  clearTimeout(cutOff);
}
