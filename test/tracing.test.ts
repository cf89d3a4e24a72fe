import { readTraceparent } from '../src/tracing/traceparent';
import { LogLines } from './support/log-lines';
import { RawSocket } from './support/raw-socket';
import { ADMIN, TestServer } from './support/server';
import { describeOnStores } from './support/stores';
import { TraceReceiver, type ReceivedSpan } from './support/trace-receiver';

const SET = 'mutation Set($nick: String!) { setSelfInfo(input: { nickName: $nick }) { nickName } }';
const LIVE =
  'subscription Live { friendshipEvents { seq ... on FriendInfoChanged { friends { user { nickName } } } } }';
const FRIENDS = `mutation { importUsers(users: [{ userID: "star-of-traces" }, { userID: "fan-of-traces" }]) { code }
  importFriends(userID: "fan-of-traces", friends: [{ userID: "star-of-traces", friendRemark: "a private remark" }]) { userID } }`;
const CALLER = { trace: '4bf92f3577b34da6a3ce929d0e0e4736', span: '00f067aa0ba902b7' };
const TRACEPARENT = `00-${CALLER.trace}-${CALLER.span}-01`;
const [INTERNAL, SERVER, CLIENT, CONSUMER] = [1, 2, 3, 5];

describeOnStores('a trace', (store) => {
  const log = new LogLines();
  let receiver: TraceReceiver;
  let spans: ReceivedSpan[];
  let token: string;

  // One run of the server, looked at when it has stopped: then all that was recorded must have been sent.
  beforeAll(async () => {
    receiver = await TraceReceiver.start();
    const config = { otelEndpoint: `${receiver.url}/`, logLevel: 'info', logRequests: true } as const;
    const server = await TestServer.start({ store, logTo: log, config });
    await server.call(ADMIN, FRIENDS);
    const fan = await RawSocket.initAs(server, 'fan-of-traces');
    fan.subscribe('1', LIVE);
    await fan.next();
    token = await server.token('star-of-traces');
    await fetch(server.url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        traceparent: TRACEPARENT,
      },
      body: JSON.stringify({ query: SET, variables: { nick: 'a private name' } }),
    });
    await fan.next();
    const extensions = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
    fan.send({
      type: 'subscribe',
      id: '2',
      payload: { query: 'query Mine { friendList { totalCount } }', extensions },
    });
    await fan.take(2);
    fan.send({ type: 'subscribe', id: '3', payload: { query: '{ nothing }', extensions } });
    await fan.next();
    await server.send('star-of-traces', '{ nothing(text: "a private literal") }');
    await server.stop();
    ({ spans } = receiver);
  });
  afterAll(() => receiver.stop());

  const ofCaller = (): ReceivedSpan[] => spans.filter(({ traceId }) => traceId === CALLER.trace);

  function find(name: string): ReceivedSpan {
    const found = ofCaller().filter((span) => span.name === name);
    expect(found).toHaveLength(1);
    return found[0] as ReceivedSpan;
  }

  it('is sent where OTLP over HTTP is taken, under the name of the service', () => {
    expect([...receiver.paths]).toEqual(['/v1/traces']);
    expect(receiver.resource).toMatchObject({ 'service.name': 'amicus', 'service.version': '0.1.0' });
  });

  it('goes on from the caller, through the request and the stages of the operation to the statements', () => {
    const request = find('POST /graphql');
    expect(request).toMatchObject({ kind: SERVER, parentSpanId: CALLER.span });
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'http.response.status_code': 200,
    });
    const operation = find('mutation');
    expect(operation).toMatchObject({ kind: SERVER, parentSpanId: request.spanId });
    expect(operation.attributes).toEqual({
      'graphql.operation.type': 'mutation',
      'graphql.operation.name': 'Set',
    });
    for (const stage of ['graphql.parse', 'graphql.validate', 'graphql.execute']) {
      expect(find(stage)).toMatchObject({ kind: INTERNAL, parentSpanId: operation.spanId });
    }
    const update = find('UPDATE user');
    expect(update).toMatchObject({ kind: CLIENT, parentSpanId: find('graphql.execute').spanId });
    expect(update.attributes).toMatchObject({
      'db.system.name': store.name === 'SQLite' ? 'sqlite' : 'postgresql',
      'db.operation.name': 'UPDATE',
      'db.query.summary': 'UPDATE user',
    });
    expect(update.attributes['db.query.text']).toContain('given.nick_name');
  });

  it('shows how the change is told to friends, and delivered', () => {
    const fanout = find('tell owners of a profile');
    expect(fanout).toMatchObject({ kind: CONSUMER, parentSpanId: find('graphql.execute').spanId });
    const appended = ofCaller().filter(({ name }) => name === 'UPDATE event_stream');
    expect(appended.map(({ parentSpanId }) => parentSpanId)).toContain(fanout.spanId);
    const delivery = find('deliver events');
    expect(delivery).toMatchObject({ kind: CONSUMER, parentSpanId: fanout.spanId });
    expect(delivery.attributes).toMatchObject({ 'amicus.deliveries': 1 });
    // What was read to show the event.
    expect(
      ofCaller().some(({ parentSpanId, kind }) => parentSpanId === delivery.spanId && kind === CLIENT),
    ).toBe(true);
  });

  it('holds an operation over WebSocket, from where the client says it stands', () => {
    const own = spans.filter(({ traceId }) => traceId === 'a'.repeat(32));
    const operation = own.find(({ name }) => name === 'query');
    expect(operation).toMatchObject({ kind: SERVER, parentSpanId: 'b'.repeat(16) });
    expect(own.filter(({ parentSpanId }) => parentSpanId === operation?.spanId).length).toBeGreaterThan(0);
    const opened = spans.find(({ name }) => name === 'subscription');
    expect(opened?.attributes).toMatchObject({ 'graphql.operation.name': 'Live' });
  });

  it('tells of mistakes by their code, over WebSocket and HTTP', () => {
    const failed = spans.filter(({ attributes }) => attributes['error.type'] !== undefined);
    const mistake = { attributes: { 'error.type': 'GRAPHQL_VALIDATION_FAILED' } };
    expect(failed).toMatchObject([mistake, mistake]);
    expect(failed.map(({ status }) => status.code ?? 0)).toEqual([0, 0]);
  });

  it('begins no trace of its own for what nobody asked for', () => {
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined || parentSpanId === '');
    expect(new Set(roots.map(({ name }) => name))).toEqual(new Set(['POST /graphql', 'subscription']));
    const known = new Set(spans.map(({ spanId }) => spanId));
    const remote = [CALLER.span, 'b'.repeat(16)];
    for (const { parentSpanId = '' } of spans) {
      expect(parentSpanId === '' || known.has(parentSpanId) || remote.includes(parentSpanId)).toBe(true);
    }
  });

  it('holds nothing of users: no token, id, remark, text or literal', () => {
    expect(receiver.text).toContain('deliver events');
    for (const secret of [token, 'Bearer', '-of-traces', 'a private'])
      expect(receiver.text).not.toContain(secret);
  });

  it('stands in the lines of the log', () => {
    const line = log.find('operation').find(({ trace_id }) => trace_id === CALLER.trace);
    expect(line).toMatchObject({ span_id: find('POST /graphql').spanId, operation: 'Set' });
  });
});

test('a collector that refuses is told of once, until it takes traces again', async () => {
  const receiver = await TraceReceiver.start();
  receiver.status = 400;
  const log = new LogLines();
  const server = await TestServer.start({
    logTo: log,
    config: { otelEndpoint: receiver.url, logLevel: 'error' },
  });
  // More than one post takes.
  for (let count = 0; count < 120; count++) await server.call('ann', '{ me { id } }');
  await server.stop();
  expect(receiver.spans.length).toBeGreaterThan(0);
  expect(log.find('something failed in the background')).toHaveLength(1);
  await receiver.stop();
});

test.each([
  [`00-${CALLER.trace}-${CALLER.span}-01`, 1],
  [`00-${CALLER.trace}-${CALLER.span}-00`, 0],
  [`01-${CALLER.trace}-${CALLER.span}-01-more`, 1],
])('%s is continued', (header, traceFlags) => {
  expect(readTraceparent(header)).toEqual({
    traceId: CALLER.trace,
    spanId: CALLER.span,
    traceFlags,
    isRemote: true,
  });
});

test.each([
  undefined,
  '',
  `ff-${CALLER.trace}-${CALLER.span}-01`,
  `00-${'0'.repeat(32)}-${CALLER.span}-01`,
  `00-${CALLER.trace}-${'0'.repeat(16)}-01`,
  `00-${CALLER.trace.toUpperCase()}-${CALLER.span}-01`,
  `00-${CALLER.trace}-${CALLER.span}-01-more`,
  `00-${CALLER.trace}-${CALLER.span}`,
])('%s is no traceparent', (header) => {
  expect(readTraceparent(header)).toBeNull();
});
