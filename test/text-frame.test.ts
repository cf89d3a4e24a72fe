import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import WebSocket, { WebSocketServer } from 'ws';
import { toNextFrame } from '../src/transport/text-frame';

const HEAD = '{"id":"1","type":"next","payload":';

let server: WebSocketServer;
let client: WebSocket;
let connection: Duplex;
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (_socket, request) => {
    connection = request.socket;
  });
  await once(server, 'listening');
  client = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  await once(client, 'open');
});
afterAll(() => {
  client.terminate();
  server.close();
});

/** What a client of others' making reads in a frame. */
async function read(frame: Buffer): Promise<unknown> {
  const message = once(client, 'message');
  connection.write(frame);
  return JSON.parse(String((await message)[0]));
}

describe('the frame of a next message', () => {
  // With the 37 bytes around it: the sizes at which the head of a frame grows, and one less.
  it.each([0, 88, 89, 65_498, 65_499, 200_000])('holds a text of %i bytes', async (length) => {
    const text = 'x'.repeat(length);
    expect(await read(toNextFrame(HEAD, JSON.stringify(text)))).toEqual({
      id: '1',
      type: 'next',
      payload: text,
    });
  });

  it('counts bytes, not characters', async () => {
    const text = 'ä€👩‍👩‍👧'.repeat(20);
    expect(await read(toNextFrame(HEAD, JSON.stringify(text)))).toMatchObject({ payload: text });
  });

  it('is made once for those who are sent the same under one id, and anew for others', async () => {
    const frame = toNextFrame(HEAD, '{"data":1}');
    expect(toNextFrame(HEAD, ['{"data"', '1}'].join(':'))).toBe(frame);
    expect(await read(toNextFrame(HEAD.replace('1', '2'), '{"data":1}'))).toMatchObject({ id: '2' });
    expect(await read(toNextFrame(HEAD, '{"data":2}'))).toMatchObject({ id: '1', payload: { data: 2 } });
    expect(await read(frame)).toMatchObject({ id: '1', payload: { data: 1 } });
  });
});
