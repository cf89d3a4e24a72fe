import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const SERVER_SOCKETS = 'net.server.socket';

/**
 * Opens one connection to a server of this process, and gives the server's end of it: there it can be seen how much the
 * server holds that was not read. Node tells of every socket that a server takes.
 */
export async function findServerEnd<Opened>(
  open: () => Promise<Opened>,
): Promise<{ opened: Opened; serverEnd: Socket }> {
  const taken: Socket[] = [];
  const take = (message: unknown): void => {
    taken.push((message as { socket: Socket }).socket);
  };
  subscribe(SERVER_SOCKETS, take);
  try {
    const opened = await open();
    const [serverEnd, another] = taken;
    if (serverEnd === undefined || another !== undefined) {
      throw new Error(`Servers of this process took ${taken.length} connections.`);
    }
    return { opened, serverEnd };
  } finally {
    unsubscribe(SERVER_SOCKETS, take);
  }
}
