import { RawSocket } from './raw-socket';
import type { TestServer } from './server';

export interface Entry {
  /** "ann" when she is let in, the code of the error otherwise. */
  http: string;
  /** The same, or the code and reason that the socket is closed with. */
  webSocket: string;
}

/** Tries a token at both doors. */
export async function enter(server: TestServer, token: string): Promise<Entry> {
  return { http: await enterByHttp(server, token), webSocket: await enterByWebSocket(server, token) };
}

export async function enterByHttp(server: TestServer, token: string): Promise<string> {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"query":"{ me { id } }"}',
  });
  const { data, errors } = (await response.json()) as {
    data?: { me: { id: string } };
    errors?: { message: string; extensions: { code: string } }[];
  };
  return data?.me.id ?? `${errors?.[0]?.extensions.code ?? ''} ${errors?.[0]?.message ?? ''}`;
}

async function enterByWebSocket(server: TestServer, token: string): Promise<string> {
  const socket = await RawSocket.open(server);
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  const first = await Promise.race([socket.next().catch(() => null), socket.closed]);
  if (first !== null && 'type' in first) {
    socket.subscribe('1', '{ me { id } }');
    const { payload } = (await socket.next()) as { payload: { data: { me: { id: string } } } };
    await socket.close();
    return payload.data.me.id;
  }
  const { code, reason } = await socket.closed;
  return `${String(code)} ${reason}`;
}

/** What both doors say to a token that they refuse. */
export function toRefused(reason: string): Entry {
  return {
    http: `UNAUTHENTICATED Not signed in: ${reason}.`,
    webSocket: `4403 Not signed in: ${reason}.`,
  };
}
