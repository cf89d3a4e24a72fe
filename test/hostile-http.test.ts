import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { gzipSync } from 'node:zlib';
import { RawConnection } from './support/raw-connection';
import { TestServer } from './support/server';
import { findServerEnd } from './support/server-end';
import { Turns } from './support/turns';

const QUERY = '{"query":"{ me { id } }"}';
/** What Node takes as the headers of one request. */
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_AT_ONCE = 32;
const realParse = JSON.parse;

describe('a client that breaks the rules of HTTP', () => {
  let server: TestServer;
  let authorization: string;
  const connections: RawConnection[] = [];
  beforeAll(async () => {
    server = await TestServer.start();
    authorization = (await server.headers('ann'))['authorization'] ?? '';
  });
  afterEach(() => {
    for (const connection of connections.splice(0)) connection.close();
  });
  afterAll(() => server.stop());

  const open = async (): Promise<RawConnection> => {
    const connection = await RawConnection.open(server.url);
    connections.push(connection);
    return connection;
  };
  const toPost = (headers: string, body: string): string =>
    `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\n${headers}\r\n${body}`;
  const countAnswers = (text: string): number => text.split('HTTP/1.1 ').length - 1;

  const CHANGE = '{"query":"mutation { setSelfInfo(input: { level: 5 }) { id } }"}';
  /** A request that would be done if the server saw the end of the one before elsewhere than everybody else. */
  const toHidden = (): string => toPost(`Content-Length: ${CHANGE.length}\r\n`, CHANGE);
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

  it.each([
    [
      'Content-Length and Transfer-Encoding',
      'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n',
      '0\r\n\r\n',
    ],
    [
      'Transfer-Encoding and Content-Length',
      'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n',
      '0\r\n\r\n',
    ],
    ['two lengths', `Content-Length: ${QUERY.length}\r\nContent-Length: 0\r\n`, QUERY],
    ['two lengths in one', `Content-Length: ${QUERY.length}, 0\r\n`, QUERY],
    ['a length with a sign', `Content-Length: +${QUERY.length}\r\n`, QUERY],
    ['a negative length', 'Content-Length: -1\r\n', QUERY],
    ['a length with a blank in it', 'Content-Length: 2 5\r\n', QUERY],
    ['a blank before the colon', 'Transfer-Encoding : chunked\r\n', '0\r\n\r\n'],
    ['chunked that is not last', 'Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'],
    ['an encoding that nobody knows', 'Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'],
    ['a header that is folded', 'X-Folded: a\r\n b\r\nTransfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n'],
    ['a bare line feed', `X-A: b\nContent-Length: ${QUERY.length}\r\n`, QUERY],
    ['a bare carriage return', `X-A: b\rContent-Length: ${QUERY.length}\r\n`, QUERY],
    ['a NUL in a header', `X-A: \0\r\nContent-Length: ${QUERY.length}\r\n`, QUERY],
    ['a header without a colon', `X-A\r\nContent-Length: ${QUERY.length}\r\n`, QUERY],
    ['a chunk of a negative size', 'Transfer-Encoding: chunked\r\n', `-1\r\n${QUERY}\r\n0\r\n\r\n`],
    ['a chunk of no size', 'Transfer-Encoding: chunked\r\n', `x\r\n${QUERY}\r\n0\r\n\r\n`],
    ['a chunk without its end', 'Transfer-Encoding: chunked\r\n', `2\r\n{}${QUERY}`],
    ['a chunk with a bare line feed', 'Transfer-Encoding: chunked\r\n', `2\n{}\n0\n\n`],
  ])('is answered once, by 400, and cut off: %s', async (_name, headers, body) => {
    const connection = await open();
    connection.write(toPost(headers, body) + toHidden());
    const answer = await connection.untilClosed();
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(countAnswers(answer)).toBe(1);
    expect(await server.call('ann', '{ me { level } }')).toEqual({ me: { level: 0 } });
  });

  it('is not misunderstood where it keeps them: both requests of one piece are done', async () => {
    const connection = await open();
    connection.write(toPost('Transfer-Encoding: chunked\r\n', `${chunk(QUERY)}0\r\n\r\n`) + toHidden());
    const answer = await connection.until((text) => text.includes('setSelfInfo'));
    expect(answer).toContain('{"setSelfInfo":{"id":"ann"}}');
    await server.call('ann', 'mutation { setSelfInfo(input: { level: 0 }) { id } }');
  });

  it.each([
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0'],
    ['TLS', '\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003'],
    ['HTTP/1.1 without a host', 'GET /livez HTTP/1.1\r\n\r\n'],
    ['a method that is none', 'NOPE /graphql HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['CONNECT', 'CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n'],
    ['SSH', 'SSH-2.0-x\r\n'],
    ['noise', '\0\u0001\u0002\u00ff'.repeat(100)],
  ])('is cut off when it speaks %s', async (_name, bytes) => {
    const connection = await open();
    connection.write(Buffer.from(bytes, 'latin1'));
    expect(await connection.untilClosed()).toMatch(/^(HTTP\/1\.1 400 |$)/);
  });

  it('may send headers of just the limit, and is told 431 at more', async () => {
    const fixed = `GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: `;
    const counted = 'HostxX-Long'.length + '/livez'.length;
    const fits = await open();
    fits.write(`${fixed}${'x'.repeat(MAX_HEADER_BYTES - counted - 1)}\r\n\r\n`);
    expect(await fits.until((text) => text.includes('ok\n'))).toMatch(/^HTTP\/1\.1 200 /);
    for (const headers of ['X-Long: ' + 'x'.repeat(MAX_HEADER_BYTES) + '\r\n', 'a: b\r\n'.repeat(20_000)]) {
      const connection = await open();
      connection.write(`GET /livez HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
      expect(await connection.untilClosed()).toMatch(/^HTTP\/1\.1 431 /);
    }
  });

  it('has no good token and announces a body: it is answered before one byte of that is read', async () => {
    const connection = await open();
    const head = [
      'POST /graphql HTTP/1.1',
      'Host: x',
      'Content-Type: application/json',
      'Content-Length: 900000',
    ];
    connection.write(`${head.join('\r\n')}\r\n\r\n`);
    expect(await connection.until((text) => text.includes('\r\n\r\n'))).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('sends a small body that is a large one unpacked: nothing unpacks it', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
    const connection = await open();
    connection.write(
      toPost(`Content-Encoding: gzip\r\nConnection: close\r\nContent-Length: ${bomb.length}\r\n`, ''),
    );
    connection.write(bomb);
    expect(await connection.untilClosed()).toMatch(/^HTTP\/1\.1 415 /);
  });

  it(`asks ${MAX_AT_ONCE} times at once on one connection and is answered; once more, and it is cut off`, async () => {
    const ask = 'GET /graphql?query={me{id}} HTTP/1.1\r\nHost: x\r\n\r\n';
    const fits = await open();
    fits.write(ask.repeat(MAX_AT_ONCE));
    const answer = await fits.until((text) => countAnswers(text) === MAX_AT_ONCE);
    expect(answer.split('HTTP/1.1 401 ')).toHaveLength(MAX_AT_ONCE + 1);
    // There is room again.
    fits.write(ask);
    await fits.until((text) => countAnswers(text) === MAX_AT_ONCE + 1);
    const tooMany = await open();
    tooMany.write(ask.repeat(MAX_AT_ONCE + 1));
    expect(countAnswers(await tooMany.untilClosed())).toBeLessThan(MAX_AT_ONCE);
  });

  it('asks many times at once: a few are done in a turn, what others ask comes between', async () => {
    const [client, turns] = [await open(), new Turns()];
    const count = (): void => {
      turns.add(1);
    };
    subscribe('http.server.response.finish', count);
    try {
      client.write('GET /graphql?query={me{id}} HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(MAX_AT_ONCE));
      await client.until((text) => countAnswers(text) === MAX_AT_ONCE);
    } finally {
      unsubscribe('http.server.response.finish', count);
      turns.stop();
    }
    expect(turns.total).toBe(MAX_AT_ONCE);
    expect(turns.most).toBeLessThan(MAX_AT_ONCE / 4);
  });

  it('sends large bodies: one is parsed in a turn, what others ask comes between', async () => {
    const body = JSON.stringify({ query: '{ me { id } }', variables: { text: 'x'.repeat(1_000_000) } });
    const all = [await open(), await open(), await open(), await open()];
    const parsing = new Turns();
    const parse = jest.spyOn(JSON, 'parse').mockImplementation((text, reviver) => {
      if (text === body) parsing.add(1);
      return realParse(text, reviver) as unknown;
    });
    try {
      for (const each of all) each.write(toPost(`Content-Length: ${body.length}\r\n`, body));
      for (const each of all) await each.until((text) => text.includes('"me"'));
    } finally {
      parse.mockRestore();
      parsing.stop();
    }
    expect([parsing.total, parsing.most]).toEqual([all.length, 1]);
  });

  it('holds back the ends of many large bodies: some of them have room, and others are served', async () => {
    const text = 'x'.repeat(1_000_000);
    const held = await Promise.all(Array.from({ length: 9 }, open));
    for (const each of held) each.write(toPost('Content-Length: 1000001\r\n', text));
    const refused = await Promise.any(
      held.map(async (each) => {
        await each.until((answer) => answer.endsWith('}'));
        return each;
      }),
    );
    expect(refused.text).toMatch(/^HTTP\/1\.1 429 [^]*retry-after: 1\r\n[^]*"code":"RATE_LIMITED"/i);
    expect(countAnswers(held.map((each) => each.text).join(''))).toBe(1);
    const ask = (userID: string) => server.send(userID, '{ me { id } }', { text });
    expect(await ask('bob')).toEqual({ data: { me: { id: 'bob' } } });
    expect(await server.call('ann', '{ me { id } }')).toEqual({ me: { id: 'ann' } });
    for (const each of held) each.close();
    // By the time that this is answered, the server knows.
    await fetch(new URL('/livez', server.url));
    expect(await ask('ann')).toEqual({ data: { me: { id: 'ann' } } });
  });

  it('asks on and on and reads nothing: the server stops reading, and holds little', async () => {
    const { opened: client, serverEnd } = await findServerEnd(open);
    client.socket.pause();
    const ask = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n';
    let mostHeld = 0;
    let quietTurns = 0;
    let bytesRead = 0;
    // The network takes some megabytes before the server has to hold anything.
    while (!serverEnd.destroyed && (mostHeld === 0 || quietTurns < 20)) {
      if (client.socket.writableLength === 0) client.write(ask.repeat(3));
      // As long as the answer takes to make: those under way stay few.
      await (await fetch(new URL('/metrics', server.url))).text();
      mostHeld = Math.max(mostHeld, serverEnd.writableLength);
      quietTurns = serverEnd.bytesRead === bytesRead ? quietTurns + 1 : 0;
      ({ bytesRead } = serverEnd);
    }
    expect(serverEnd.destroyed).toBe(false);
    expect(mostHeld).toBeLessThan(1024 * 1024);
  });
});
