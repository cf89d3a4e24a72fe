import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { BoundedLabels, MAX_OF_USER } from '../src/transport/bounded-labels';
import { MAX_OPERATION_NAMES } from '../src/transport/metrics-operations';
import { BothDoors } from './support/both-doors';
import { BreakableStore } from './support/breakable-store';
import { readSeries } from './support/metrics';
import { RawSocket } from './support/raw-socket';
import { TestServer } from './support/server';

const count = (labels: string): string => `amicus_operations_total{${labels}}`;

describe('the metrics of operations', () => {
  let server: TestServer;
  let folder: string;
  const store = new BreakableStore();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'amicus-test-'));
    const trustedDocuments = join(folder, 'manifest.json');
    await writeFile(trustedDocuments, JSON.stringify({ one: 'query Trusted { me { id } }' }));
    server = await TestServer.start({ store, config: { trustedDocuments } });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('tell doors, kinds, names and outcomes apart', async () => {
    await server.call('ann', 'query Mine { me { id } }');
    await server.call('ann', '{ me { id } }');
    await server.send('ann', 'mutation Wrong { deleteUsers(userIDs: ["bob"]) { userID } }');
    await server.send('ann', '{ nothing }');
    await server.send('ann', '{');
    await fetch(server.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    await fetch(server.url, { method: 'DELETE' });
    await store.without('friend', () => server.send('ann', 'query Broken { friendList { totalCount } }'));
    const socket = await RawSocket.initAs(server, 'ann');
    socket.subscribe('1', 'subscription Live { friendshipEvents { seq } }');
    await socket.next();
    socket.subscribe('2', '{ nothing }');
    await socket.next();
    socket.subscribe('3', 'query Mine { me { id } }');
    await socket.take(2);
    await socket.drain();
    await socket.close();
    const series = await readSeries(server);
    const outcomes = [...series].filter(([name]) => name.startsWith('amicus_operations_total'));
    expect(Object.fromEntries(outcomes)).toMatchObject({
      [count('door="http",kind="query",operation="Mine",code="OK"')]: 1,
      [count('door="http",kind="query",operation="",code="OK"')]: 1,
      [count('door="http",kind="mutation",operation="Wrong",code="FORBIDDEN"')]: 1,
      [count('door="http",kind="unknown",operation="",code="GRAPHQL_VALIDATION_FAILED"')]: 1,
      [count('door="http",kind="unknown",operation="",code="GRAPHQL_PARSE_FAILED"')]: 1,
      [count('door="http",kind="unknown",operation="",code="UNAUTHENTICATED"')]: 1,
      [count('door="http",kind="unknown",operation="",code="BAD_REQUEST"')]: 1,
      [count('door="http",kind="query",operation="Broken",code="INTERNAL_SERVER_ERROR"')]: 1,
      [count('door="websocket",kind="subscription",operation="Live",code="OK"')]: 1,
      [count('door="websocket",kind="unknown",operation="",code="GRAPHQL_VALIDATION_FAILED"')]: 1,
      [count('door="websocket",kind="query",operation="Mine",code="OK"')]: 1,
    });
    const took = 'door="http",kind="query",operation="Mine"';
    expect(series.get(`amicus_operation_duration_seconds_count{${took}}`)).toBe(1);
    expect(series.get(`amicus_operation_duration_seconds_sum{${took}}`)).toBeGreaterThan(0);
  });

  it('stay few when clients flood the server with names: a few of each user, and those of trusted documents always', async () => {
    const readNames = async (): Promise<Set<string>> => {
      const keys = [...(await readSeries(server)).keys()];
      return new Set(
        keys.flatMap((key) => /^amicus_operations_total\{.*operation="(\w*)"/.exec(key)?.[1] ?? []),
      );
    };
    const before = await readNames();
    // One user, at both doors.
    const doors = await BothDoors.open(server, 'flooder');
    for (let n = 0; n < MAX_OPERATION_NAMES; n++) await doors.ask(`query Flood${String(n)} { me { id } }`);
    await doors.close();
    const flood = Array.from({ length: MAX_OF_USER }, (_, n) => `Flood${n}`);
    expect(await readNames()).toEqual(new Set([...before, 'other', ...flood]));
    // Those of the app still find a place.
    await server.call('bob', 'query Later { me { id } }');
    expect(await readNames()).toContain('Later');
    for (let user = 0; user < MAX_OPERATION_NAMES / MAX_OF_USER; user++) {
      for (let n = 0; n < MAX_OF_USER; n++)
        await server.call(`flooder${user}`, `query Flood${user}x${n} { me { id } }`);
    }
    await server.call('cho', 'query TooLate { me { id } }');
    await server.call('flooder', 'query Trusted { me { id } }');
    const names = await readNames();
    // Besides the trusted one, `other` and the operations without a name.
    expect(names.size).toBe(MAX_OPERATION_NAMES + 3);
    expect(names).toContain('Trusted');
    expect(names).not.toContain('TooLate');
  });

  it('count how connections end', async () => {
    const socket = await RawSocket.open(server);
    socket.send('nonsense');
    await socket.closed;
    const closes = 'amicus_websocket_closes_total{code="4400"}';
    while ((await readSeries(server)).get(closes) !== 1) await setImmediate();
  });

  it('count close codes that only clients think of as one', async () => {
    for (const code of [3_000, 4_999]) {
      const socket = new WebSocket(server.wsUrl, 'graphql-transport-ws');
      await once(socket, 'open');
      socket.close(code);
    }
    const closes = 'amicus_websocket_closes_total{code="other"}';
    while ((await readSeries(server)).get(closes) !== 2) await setImmediate();
  });
});

test('a label has as many values as there are places, and one more', () => {
  const labels = new BoundedLabels(2, ['known']);
  expect(['a', 'b', 'c', 'a', 'known'].map((value) => labels.toLabel(value))).toEqual([
    'a',
    'b',
    'other',
    'a',
    'known',
  ]);
  const shared = new BoundedLabels(MAX_OF_USER + 1);
  const ofAnn = Array.from({ length: MAX_OF_USER + 1 }, (_, n) => shared.toLabel(`ann ${n}`, 'ann'));
  expect(ofAnn.slice(-2)).toEqual([`ann ${MAX_OF_USER - 1}`, 'other']);
  expect([shared.toLabel('bob 0', 'bob'), shared.toLabel('bob 1', 'bob')]).toEqual(['bob 0', 'other']);
  // What is known already takes nothing of anybody.
  expect(shared.toLabel('bob 0', 'ann')).toBe('bob 0');
  const roomy = new BoundedLabels(2);
  expect([100, 101].map((length) => roomy.toLabel('x'.repeat(length)).length)).toEqual([100, 5]);
});
