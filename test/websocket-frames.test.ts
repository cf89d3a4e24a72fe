import { TestServer } from './support/server';
import { findServerEnd } from './support/server-end';
import { Sockets } from './support/sockets';

const MAX_FRAME_BYTES = 256 * 1024;

/** A ping of so many bytes. */
function toPing(bytes: number): string {
  const text = JSON.stringify({ type: 'ping', payload: { fill: '' } });
  return text.replace('""', `"${'x'.repeat(bytes - text.length)}"`);
}

describe('the frames of a socket', () => {
  const sockets = Sockets.onOwnServer();

  it.each([
    ['one text frame', { binary: false }],
    ['one binary frame', { binary: true }],
  ])('may hold 256 KiB in %s, and not a byte more: 1009', async (_name, options) => {
    for (const socket of [await sockets.open(), await sockets.init('ann')]) {
      socket.socket.send(toPing(MAX_FRAME_BYTES), options);
      expect(await socket.next()).toMatchObject({ type: 'pong' });
      socket.socket.send(toPing(MAX_FRAME_BYTES + 1), options);
      expect((await socket.closed).code).toBe(1009);
      await expect(socket.next()).rejects.toThrow('The socket has closed.');
    }
  });

  it('may hold no more in several pieces', async () => {
    for (const [bytes, code] of [
      [MAX_FRAME_BYTES, 1000],
      [MAX_FRAME_BYTES + 1, 1009],
    ] as const) {
      const socket = await sockets.open();
      const text = toPing(bytes);
      socket.socket.send(text.slice(0, 1000), { fin: false });
      socket.socket.send(text.slice(1000), { fin: true });
      if (code === 1000) expect(await socket.next()).toMatchObject({ type: 'pong' });
      if (code === 1000) socket.socket.close(code);
      expect((await socket.closed).code).toBe(code);
    }
  });

  it('are not compressed: a small one cannot become a large one', async () => {
    const { socket } = await sockets.open({ perMessageDeflate: true });
    expect(socket.extensions).toBe('');
  });

  it('that go too far are no defect: the log and the console stay empty', async () => {
    const written: unknown[] = [];
    const spies = (['log', 'warn', 'error'] as const).map((name) =>
      jest.spyOn(console, name).mockImplementation((...words) => written.push(words)),
    );
    const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((line) => written.push(line) > 0);
    const other = await TestServer.start({ config: { logLevel: 'warn' } });
    try {
      const own = new Sockets(() => other);
      for (const text of [toPing(MAX_FRAME_BYTES + 1), '{', '{"type":"next","id":"1","payload":{}}']) {
        const socket = await own.open();
        socket.send(text);
        await socket.closed;
      }
      const cut = await own.init('ann');
      cut.subscribe('1', '{ me { id } }');
      await cut.close();
    } finally {
      await other.stop();
      for (const spy of [...spies, stderr]) spy.mockRestore();
    }
    expect(written).toEqual([]);
  });

  it('are not taken from a client that reads no answers: what the server holds for it stays small', async () => {
    const { opened: socket, serverEnd } = await findServerEnd(() => sockets.init('ann'));
    socket.pause();
    const asked = 100;
    for (let count = 0; count < asked; count++) socket.send(toPing(200_000));
    // Each call is a turn in which the server could take more.
    let held = 0;
    while (!serverEnd.isPaused() && held < 4 * 1024 * 1024) {
      await sockets.server.call('bob', '{ me { id } }');
      held = Math.max(held, serverEnd.writableLength);
    }
    expect(held).toBeLessThan(2 * 1024 * 1024);
    // It goes on with who reads again, and nothing is lost.
    socket.resume();
    const pongs = await socket.take(asked);
    expect(pongs.filter(({ type }) => type !== 'pong')).toEqual([]);
    expect(await socket.drain()).toEqual([]);
  });
});
