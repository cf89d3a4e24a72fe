import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { answerInTime } from './answer-in-time';

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

/**
 * Takes no new connection, lets requests under way end, and cuts off those that have not ended after `graceMs`. For
 * `idleMs` a connection on which nothing is under way stays: the next request may be on its way already.
 */
export async function stopServer(server: Server, graceMs: number, idleMs: number): Promise<void> {
  const closed = once(server, 'close');
  const cutOff = setTimeout(() => {
    server.closeAllConnections();
  }, graceMs);
  // HTTP's own cuts off at once what is idle.
  NetServer.prototype.close.call(server);
  await answerInTime(closed, idleMs);
  // Where the process was busy for that long, what has come meanwhile lies unread.
  await setImmediate();
  server.close();
  await closed;
  clearTimeout(cutOff);
}
