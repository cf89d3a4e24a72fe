import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import WebSocket, { WebSocketServer } from 'ws';
import { toByteText, type ByteText } from '../src/lib/byte-text';
import { toNextFrame } from '../src/transport/text-frame';

const HEAD = '{"id":"1","type":"next","payload":';

let server: WebSocketServer;
let client: WebSocket;
let connection: Duplex;
let socket: WebSocket;
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (opened, request) => {
    socket = opened;
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
async function read(frame: ByteText): Promise<unknown> {
  const message = once(client, 'message');
  connection.write(frame, 'latin1');
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
    const payload = toByteText(JSON.stringify(text));
    expect(await read(toNextFrame(HEAD, payload))).toMatchObject({ payload: text });
  });

  it('has the length of its own text, whatever was sent before', async () => {
    for (const payload of ['{"data":1}', '{"data":10}', '{"data":2}'])
      expect(await read(toNextFrame(HEAD, payload))).toMatchObject({
        payload: JSON.parse(payload) as object,
      });
    expect(await read(toNextFrame(HEAD.replace('1', '22'), '{"data":1}'))).toMatchObject({ id: '22' });
  });

  it('stays whole, and in its place among others, while the connection has to buffer it', async () => {
    const text = 'ä€👩‍👩‍👧'.repeat(2_000);
    const payload = toByteText(JSON.stringify(text));
    const received: unknown[] = [];
    const end = new Promise((resolve) => {
      client.on('message', (data: Buffer) => {
        received.push(JSON.parse(data.toString()));
        if (received.at(-1) === 'end') resolve(null);
      });
    });
    client.pause();
    let count = 0;
    // Beyond what the system takes, so that some go out together later.
    while (connection.writableLength < 20 * payload.length) {
      connection.write(toNextFrame(HEAD, payload), 'latin1');
      socket.send(JSON.stringify(count++));
    }
    socket.send('"end"');
    client.resume();
    await end;
    const sent = Array.from({ length: count }, (_, at) => [{ id: '1', type: 'next', payload: text }, at]);
    expect(received).toEqual([...sent.flat(), 'end']);
  });
});
