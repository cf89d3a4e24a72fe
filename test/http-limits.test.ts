import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { loadConfig } from '../src/config';
import { RequestContext } from '../src/graphql/context';
import { UnderWay } from '../src/lib/under-way';
import { Connections } from '../src/transport/connections';
import { createLogger } from '../src/logger';
import { Observer } from '../src/transport/observer';
import { openRateLimits } from '../src/rates/rate-limits';
import { createAddressFinder } from '../src/transport/client-address';
import { createHttpServer, type HttpLimits } from '../src/transport/http';
import { Lanes } from '../src/transport/lanes';
import { RateDoor } from '../src/transport/rate-door';

const LARGE = 64 * 1024 * 1024;

/** The HTTP door with limits that a test can wait for, over a schema of nothing but a large text. */
describe('the HTTP door', () => {
  const apollo = new ApolloServer<RequestContext>({
    typeDefs: 'type Query { text: String }',
    resolvers: { Query: { text: () => 'x'.repeat(LARGE) } },
    csrfPrevention: false,
  });
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  beforeAll(() => apollo.start());
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });
  afterAll(() => apollo.stop());

  const patient: HttpLimits = {
    maxBodyBytes: 100,
    headersMs: 60_000,
    requestMs: 60_000,
    keepAliveMs: 60_000,
    silenceMs: 60_000,
  };

  async function open(limits: Partial<HttpLimits>): Promise<{ socket: Socket; connection: Socket }> {
    const viewer = { userID: 'ann', isAdmin: false };
    const identity = { ...viewer, expiresAtMs: null, issuedAtMs: null, tokenID: null };
    const rates = await openRateLimits(loadConfig({}), () => undefined);
    const lanes = new Lanes();
    const connections = new Connections(100);
    const server = createHttpServer({
      apollo,
      authenticate: () => Promise.resolve({ viewer, identity }),
      rateDoor: new RateDoor(
        rates,
        createAddressFinder(0, 'x-forwarded-for'),
        () => false,
        lanes.refusals,
        connections,
      ),
      bodyLane: lanes.bodies,
      createContext: (viewer) =>
        Object.assign(Object.create(RequestContext.prototype) as RequestContext, { viewer }),
      documents: null,
      findDocumentRefusal: () => null,
      waitForDocument: () => null,
      corsOrigins: [],
      connections,
      requests: new UnderWay(),
      metrics: null,
      observer: new Observer({
        logger: createLogger('silent', null),
        logRequests: false,
        metrics: null,
        tracing: null,
      }),
      isReady: () => true,
      isDatabaseUp: () => Promise.resolve(true),
      isDegraded: () => false,
      onError: (error) => {
        throw error;
      },
      limits: { ...patient, ...limits },
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    const [connection] = await connected;
    return { socket, connection };
  }

  /** All that comes until the server closes the connection. */
  async function readAll(socket: Socket): Promise<string> {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    return Buffer.concat(chunks).toString();
  }

  const toPost = (body: string, length = body.length): string =>
    `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;

  it('waits for headers no longer than it says', async () => {
    const { socket } = await open({ headersMs: 100 });
    socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n');
    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 408 /);
  });

  it('waits for the first byte of all no longer than for headers', async () => {
    const { socket } = await open({ headersMs: 100 });
    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 408 /);
  });

  it('waits for a body no longer than it says', async () => {
    const { socket } = await open({ requestMs: 100, headersMs: 100 });
    socket.write(toPost('{', 50));
    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 408 /);
  });

  it('keeps a connection open for the next request, and not for ever', async () => {
    const { socket } = await open({ keepAliveMs: 1_000 });
    const request = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n';
    socket.write(request);
    await once(socket, 'data');
    socket.write(request);
    const answer = await readAll(socket);
    expect(answer).toContain('ok');
    expect(answer).toMatch(/keep-alive: timeout=1/i);
  });

  it('gives up on who does not read its answer', async () => {
    const { socket, connection } = await open({ silenceMs: 300 });
    socket.pause();
    socket.write(toPost(JSON.stringify({ query: '{ text }' })));
    await once(connection, 'close');
    expect(connection.writableFinished).toBe(false);
  });

  it('takes a body of just the limit and refuses one that is larger, in one piece or in many', async () => {
    const query = JSON.stringify({ query: '{ __typename }' });
    const body = query + ' '.repeat(patient.maxBodyBytes - query.length);
    const { socket } = await open({});
    socket.write(toPost(body));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain('"__typename":"Query"');
    socket.write(toPost(`${body} `));
    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 413 /);

    const { socket: another } = await open({});
    const head =
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    another.write(head + '20\r\n                                \r\n'.repeat(4));
    expect(await readAll(another)).toMatch(/^HTTP\/1.1 413 /);
  });
});
