import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { request, type IncomingMessage } from 'node:http';
import { answerInTime } from '../src/lib/answer-in-time';
import { Issuer, sign } from './support/issuer';
import { LogLines } from './support/log-lines';
import { Place } from './support/place';
import { RawConnection } from './support/raw-connection';
import { withClient } from './support/postgres-server';
import { RawSocket } from './support/raw-socket';
import { TestServer } from './support/server';
import { stores } from './support/stores';

const postgres = stores.find(({ name }) => name === 'PostgreSQL');

/** The level of what the log tells of a defect. */
const ERROR = 50;

const ask = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n';

/** Asks until the answer, or that there is none, is as wanted. */
async function untilProbe(server: TestServer, isWanted: (status: number | null) => boolean): Promise<void> {
  const probe = (): Promise<number | null> =>
    fetch(new URL('/readyz', server.url)).then(
      ({ status }) => status,
      () => null,
    );
  while (!isWanted(await probe()));
}

test('a server that was asked to stop says so and serves on for the time set, and then whom it knows once more', async () => {
  const server = await TestServer.start({ config: { drainDelayMs: 5_000 } });
  await server.call('ann', '{ me { id } }');
  const kept = await RawConnection.open(server.url);
  kept.write(ask);
  await kept.until((text) => text.endsWith('ok\n'));
  const stopped = server.stop();
  await untilProbe(server, (status) => status === 503);
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { ...(await server.headers('ann')), 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ me { id } }' }),
  });
  expect(await response.json()).toEqual({ data: { me: { id: 'ann' } } });
  // Who had to connect anew might come just when the port closes.
  expect(response.headers.get('connection')).toBe('keep-alive');
  const socket = await RawSocket.initAs(server, 'ann');
  expect(await socket.closed).toMatchObject({ code: 1001 });
  kept.write(ask);
  expect(await kept.untilClosed()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\nconnection: close\r\n.*ok\n$/ims);
  await stopped;
  await untilProbe(server, (status) => status === null);
});

test('a request that comes as the port closes is answered, on a connection that was used before', async () => {
  const server = await TestServer.start();
  const kept = await RawConnection.open(server.url);
  kept.write(ask);
  await kept.until((text) => text.endsWith('ok\n'));
  const stopped = server.stop();
  kept.write(ask);
  expect((await kept.untilClosed()).match(/200 OK/g)).toHaveLength(2);
  await stopped;
});

(postgres === undefined ? test.skip : test)(
  'a mutation under way over WebSocket is answered before the socket is told to go away',
  async () => {
    if (postgres === undefined) return;
    const place = await Place.create(postgres);
    const databaseUrl = place.config.databaseUrl ?? '';
    const server = await place.serve();
    await server.call('ann', '{ me { id } }');
    const socket = await RawSocket.initAs(server, 'ann');
    const stopped = await withClient(databaseUrl, async (holder) => {
      await holder.query(`BEGIN; SELECT * FROM event_stream WHERE user_id = 'ann' FOR UPDATE`);
      socket.subscribe('1', 'mutation { setSelfInfo(input: { nickName: "Ann" }) { nickName } }');
      const waiting = `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      while ((await holder.query(waiting)).rowCount !== 1);
      const stopping = server.stop();
      // The sockets are told in the same turn in which the port closes.
      await untilProbe(server, (status) => status === null);
      // Comes too late to be done here, and is not.
      socket.subscribe('2', 'mutation { setSelfInfo(input: { nickName: "Late" }) { nickName } }');
      await holder.query('ROLLBACK');
      return stopping;
    }).then(() => socket.closed);
    expect(await socket.next()).toMatchObject({
      id: '1',
      type: 'next',
      payload: { data: { setSelfInfo: { nickName: 'Ann' } } },
    });
    expect(await socket.next()).toMatchObject({ id: '1', type: 'complete' });
    expect(stopped).toMatchObject({ code: 1001 });
    await place.drop();
  },
);

(postgres === undefined ? test.skip : test)(
  'a request whose client has gone comes to its end before anything that it needs is closed',
  async () => {
    if (postgres === undefined) return;
    const place = await Place.create(postgres);
    const log = new LogLines();
    const server = await place.serve({ logTo: log, config: { logLevel: 'info', logRequests: true } });
    const headers = { ...(await server.headers('ann')), 'content-type': 'application/json' };
    await withClient(place.config.databaseUrl ?? '', async (holder) => {
      await holder.query('BEGIN; LOCK TABLE "user" IN ACCESS EXCLUSIVE MODE');
      const sent = request(server.url, { method: 'POST', headers });
      sent.on('error', () => undefined).end('{"query":"{ me { id } }"}');
      const waiting = `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      while ((await holder.query(waiting)).rowCount !== 1);
      sent.destroy();
      const stopping = server.stop();
      await untilProbe(server, (status) => status === null);
      await holder.query('ROLLBACK');
      await stopping;
    });
    expect(log.find('operation')).toMatchObject([{ code: 'ABORTED' }]);
    expect(log.lines.filter(({ level }) => Number(level) >= ERROR)).toEqual([]);
    await place.drop();
  },
);

(postgres === undefined ? test.skip : test)(
  'a request under way is answered, and its connection ends with that',
  async () => {
    if (postgres === undefined) return;
    const place = await Place.create(postgres);
    const server = await place.serve();
    const headers = { ...(await server.headers('ann')), 'content-type': 'application/json' };
    const body = '{"query":"{ me { id } }"}';
    const response = await withClient(place.config.databaseUrl ?? '', async (holder) => {
      await holder.query('BEGIN; LOCK TABLE "user" IN ACCESS EXCLUSIVE MODE');
      const answered = fetch(server.url, { method: 'POST', headers, body });
      const waiting = `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      while ((await holder.query(waiting)).rowCount !== 1);
      const stopping = server.stop();
      await untilProbe(server, (status) => status === null);
      await holder.query('ROLLBACK');
      await stopping;
      return answered;
    });
    expect(await response.json()).toEqual({ data: { me: { id: 'ann' } } });
    // Else it would have lasted until it was cut off.
    expect(response.headers.get('connection')).toBe('close');
    await place.drop();
  },
);

test('a socket whose token is being checked comes to its end before anything that it needs is closed', async () => {
  const issuer = await Issuer.start();
  const key = await issuer.createKey('1');
  issuer.publish(key.jwk);
  issuer.isHanging = true;
  const log = new LogLines();
  const server = await TestServer.start({
    logTo: log,
    config: { jwtSecret: null, jwksUrl: issuer.url, logLevel: 'info' },
  });
  const socket = await RawSocket.open(server);
  const authorization = `Bearer ${await sign(key, { sub: 'ann' })}`;
  socket.send({ type: 'connection_init', payload: { authorization } });
  while (issuer.waiting.size === 0) await untilProbe(server, (status) => status === 200);
  const stopping = server.stop();
  expect(await socket.closed).toMatchObject({ code: 1001 });
  const early = await answerInTime(
    stopping.then(() => 'stopped'),
    1_000,
  );
  issuer.goOn();
  await stopping;
  await issuer.stop();
  expect(early).toBeNull();
  expect(log.lines.filter(({ level }) => Number(level) >= ERROR)).toEqual([]);
});

test('a client that breaks the protocol instead of saying good-bye does not make the end a failure', async () => {
  const server = await TestServer.start();
  const client = await RawConnection.open(server.url);
  client.write(
    'GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  );
  await client.until((text) => text.endsWith('\r\n\r\n'));
  const stopped = server.stop();
  // Told to go away, by a frame with an opcode that ends the connection, it answers with one that there is not.
  await client.until((text) => text.includes('\x88'));
  client.write(Buffer.from([0x8f, 0x80, 0, 0, 0, 0]));
  await expect(stopped).resolves.toBeUndefined();
  await client.closed;
});

test('who is sent away from a path that has no WebSocket, and does not go, does not hold up the end', async () => {
  const server = await TestServer.start();
  const client = await RawConnection.open(server.url);
  client.socket.allowHalfOpen = true;
  client.write('GET /other HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  expect(await client.until((text) => text.endsWith('\r\n\r\n'))).toMatch(/^HTTP\/1\.1 404 /);
  await server.stop();
  client.close();
});

test('who has connected and says nothing is not waited for as long as a request, at either port', async () => {
  const server = await TestServer.start({ config: { metricsPort: 0 } });
  const metricsUrl = server.metricsUrl ?? '';
  const clients = [await RawConnection.open(server.url), await RawConnection.open(metricsUrl)];
  // The connections were taken when those that were made later are answered.
  await server.call('ann', '{ me { id } }');
  await (await fetch(metricsUrl)).text();
  const startedMs = performance.now();
  await server.stop();
  expect(performance.now() - startedMs).toBeLessThan(8_000);
  for (const client of clients) await client.closed;
});

(postgres === undefined ? describe.skip : describe)(
  'an answer that waits for the database at the stop',
  () => {
    const REQUEST_START = 'http.server.request.start';

    it.each([
      ['/readyz', null],
      ['/metrics', null],
      ['/metrics', 0],
    ])('ends its connection: %s, with the metrics at port %j of their own', async (path, metricsPort) => {
      if (postgres === undefined) return;
      const place = await Place.create(postgres);
      const server = await place.serve({ config: { metricsPort } });
      let stopping: Promise<void> | undefined;
      const onStart = (started: unknown): void => {
        const { url } = (started as { request: IncomingMessage }).request;
        if (url === path) stopping = server.stop();
      };
      subscribe(REQUEST_START, onStart);
      const client = await RawConnection.open(metricsPort === null ? server.url : (server.metricsUrl ?? ''));
      client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      const answer = await client.untilClosed();
      unsubscribe(REQUEST_START, onStart);
      await stopping;
      await place.drop();
      expect(answer).toMatch(/^HTTP\/1\.1 \d{3} .*\r$/m);
      expect(answer).toMatch(/^connection: close\r$/im);
    });
  },
);
