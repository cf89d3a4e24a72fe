import { once } from 'node:events';
import { get } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { createLogger } from '../src/logger';
import { BreakableStore } from './support/breakable-store';
import { Issuer, sign } from './support/issuer';
import { LogLines } from './support/log-lines';
import { RawConnection } from './support/raw-connection';
import { RawSocket } from './support/raw-socket';
import { TestServer } from './support/server';

const SET = 'mutation Set($nick: String!) { setSelfInfo(input: { nickName: $nick }) { nickName } }';
const SEEN = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

describe('the log of requests', () => {
  const store = new BreakableStore();
  const log = new LogLines();
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ store, logTo: log, config: { logLevel: 'info', logRequests: true } });
  });
  afterAll(() => server.stop());

  async function ask(query: string, requestID?: string, variables = {}): Promise<Response> {
    return fetch(server.url, {
      method: 'POST',
      headers: {
        ...(await server.headers('ann-of-the-log')),
        'content-type': 'application/json',
        ...(requestID !== undefined && { 'x-request-id': requestID }),
      },
      body: JSON.stringify({ query, variables }),
    });
  }

  const findLine = (requestID: string | null): Record<string, unknown> | undefined =>
    log.find('operation').find((line) => line['requestID'] === requestID);

  it("takes the caller's id where it is sane, and gives it back", async () => {
    const longest = 'x'.repeat(128);
    for (const id of ['abc-1', 'Root=1-67891233:a+b@c.d_e', longest]) {
      expect((await ask('{ me { id } }', id)).headers.get('x-request-id')).toBe(id);
      expect(findLine(id)).toMatchObject({ level: 30, door: 'http', kind: 'query', code: 'OK', status: 200 });
    }
    for (const id of [`${longest}x`, 'a b', '{"a":1}', 'ü', '']) {
      const given = (await ask('{ me { id } }', encodeURI(id) === id ? id : '"')).headers.get('x-request-id');
      expect(given).toMatch(SEEN);
      expect(findLine(given)).toBeDefined();
    }
  });

  it('tells what was asked and what came of it, and nothing of whom or with what', async () => {
    await ask(SET, 'private', { nick: 'a very private name' });
    await ask('query Literal { userInfo: usersInfo(userIDs: ["bob-of-the-log"]) { userID } }', 'literal');
    await ask('{ nothing }', 'mistaken');
    expect(findLine('private')).toMatchObject({ kind: 'mutation', operation: 'Set', code: 'OK' });
    expect(findLine('private')?.['durationMs']).toBeGreaterThan(0);
    expect(findLine('mistaken')).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED', status: 400 });
    const refused = await fetch(server.url, { method: 'PUT', headers: { 'x-request-id': 'put' } });
    expect(refused.status).toBe(405);
    expect(findLine('put')).toMatchObject({ code: 'BAD_REQUEST', kind: 'unknown', status: 405 });
    const preflight = await fetch(server.url, {
      method: 'OPTIONS',
      headers: { 'x-request-id': 'preflight' },
    });
    expect(preflight.headers.get('x-request-id')).toBe('preflight');
    for (const secret of ['private name', '-of-the-log', await server.token('ann-of-the-log'), 'Bearer']) {
      expect(log.text).not.toContain(secret);
    }
  });

  it('names the request of a defect, wherever it happens', async () => {
    await store.without('friend', () => ask('{ friendList { totalCount } }', 'broken'));
    await store.without('user', async () => {
      const headers = { ...(await server.headers('new')), 'x-request-id': 'stranger' };
      const answer = await fetch(`${server.url}?query={me{id}}`, { headers });
      expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('INTERNAL')]);
    });
    const defects = log.find('a defect was masked');
    expect(defects.map((line) => line['requestID'])).toEqual(['broken', 'stranger']);
    expect(findLine('broken')).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      errorIDs: [defects[0]?.['errorID']],
    });
    expect(findLine('stranger')).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', status: 500 });
  });

  it('follows a WebSocket connection and its operations under one id', async () => {
    // One whose handshake is wrong leaves no trace on those that follow.
    const refused = get(server.url, { headers: { connection: 'upgrade', upgrade: 'websocket' } });
    await once(refused, 'response');
    refused.destroy();
    const params = await server.headers('ann-of-the-log');
    let given: unknown;
    const opened = RawSocket.init(server, params, {
      headers: { 'x-request-id': 'socket' },
      finishRequest: (request) => {
        request.on('upgrade', ({ headers }) => (given = headers['x-request-id']));
        request.end();
      },
    });
    const socket = await opened;
    expect(given).toBe('socket');
    socket.subscribe('the client chose this', SET, { nick: 'a very private name' });
    await socket.take(2);
    socket.subscribe('2', 'subscription Live { friendshipEvents { seq } }');
    await socket.next();
    await store.without('friend', async () => {
      socket.subscribe('3', '{ friendList { totalCount } }');
      await socket.take(2);
    });
    await socket.close();
    const [closed] = await log.until('connection closed', 1);
    expect(closed).toMatchObject({ requestID: 'socket', code: 1006, operations: 3 });
    expect(log.find('connection opened')).toMatchObject([{ requestID: 'socket' }]);
    expect(findLine('socket/1')).toMatchObject({
      door: 'websocket',
      kind: 'mutation',
      operation: 'Set',
      code: 'OK',
    });
    expect(findLine('socket/2')).toMatchObject({ kind: 'subscription', operation: 'Live', code: 'OK' });
    expect(findLine('socket/3')).toMatchObject({ kind: 'query', code: 'INTERNAL_SERVER_ERROR' });
    expect(log.find('a defect was masked').at(-1)).toMatchObject({ requestID: 'socket/3' });
    for (const secret of ['private name', '-of-the-log', 'the client chose this']) {
      expect(log.text).not.toContain(secret);
    }
  });
});

test('a client that goes while its token is checked is told of', async () => {
  const log = new LogLines();
  const issuer = await Issuer.start();
  const key = await issuer.createKey('key');
  issuer.publish(key.jwk);
  issuer.isHanging = true;
  const server = await TestServer.start({
    logTo: log,
    config: { logLevel: 'info', logRequests: true, jwksUrl: issuer.url },
  });
  const connection = await RawConnection.open(server.url);
  connection.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await sign(key, { sub: 'ann' })}\r\n` +
      'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  );
  while (issuer.waiting.size === 0) await setImmediate();
  connection.close();
  await connection.closed;
  // By the time that this is answered, the server knows.
  await fetch(server.url.replace('graphql', 'livez'));
  issuer.goOn();
  const [line] = await log.until('operation', 1);
  expect(line).toMatchObject({ door: 'http', kind: 'unknown', code: 'ABORTED' });
  await server.stop();
  await issuer.stop();
  expect(log.find('something failed in the background')).toEqual([]);
});

test('without being asked the server logs no request, and gives each its id all the same', async () => {
  const log = new LogLines();
  const server = await TestServer.start({ logTo: log, config: { logLevel: 'trace' } });
  const answer = await fetch(server.url, {
    method: 'POST',
    headers: await server.headers('ann'),
  });
  expect(answer.headers.get('x-request-id')).toMatch(SEEN);
  await server.stop();
  expect(log.text).toBe('');
});

test('of an error the log holds what tells of the fault, and nothing that a library hung on it', () => {
  const log = new LogLines();
  const cause = Object.assign(new Error('why'), {
    code: '23502',
    detail: 'Failing row contains (ann, secret).',
  });
  const err = Object.assign(new Error('what', { cause }), { parameters: ['secret'] });
  createLogger('info', null, log).error({ err }, 'failed');
  createLogger('info', null, log).error({ err: 'no error' }, 'failed');
  const [first, second] = log.find('failed');
  expect(first?.['err']).toMatchObject({
    type: 'Error',
    message: 'what',
    cause: { message: 'why', code: '23502' },
  });
  expect(second?.['err']).toEqual({ type: 'string', message: 'no error' });
  expect(log.text).not.toContain('secret');
});
