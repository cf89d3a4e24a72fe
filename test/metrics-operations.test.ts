import { setImmediate } from 'node:timers/promises';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BoundedLabels } from '../src/transport/bounded-labels';
import { MAX_OPERATION_NAMES } from '../src/transport/metrics-operations';
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
    const socket = await RawSocket.init(server, await server.headers({ userID: 'ann' }));
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

  it('stay few when clients flood the server with names, and those of trusted documents are told apart all the same', async () => {
    const flood = Array.from(
      { length: MAX_OPERATION_NAMES + 20 },
      (_, n) => `query N${String(n)} { me { id } }`,
    );
    for (const query of flood) await server.call('ann', query);
    await server.call('ann', 'query Trusted { me { id } }');
    const series = [...(await readSeries(server))];
    const names = new Set(
      series.flatMap(([key]) => /^amicus_operations_total\{.*operation="(\w*)"/.exec(key)?.[1] ?? []),
    );
    // Those of the flood and of the test before, besides the trusted one, `other` and the operations without a name.
    expect(names.size).toBe(MAX_OPERATION_NAMES + 3);
    expect(names).toContain('Trusted');
    const other = series.find(
      ([key]) => key === count('door="http",kind="query",operation="other",code="OK"'),
    );
    expect(other?.[1]).toBeGreaterThanOrEqual(20);
  });

  it('count how connections end', async () => {
    const socket = await RawSocket.open(server);
    socket.send('nonsense');
    await socket.closed;
    const closes = 'amicus_websocket_closes_total{code="4400"}';
    while ((await readSeries(server)).get(closes) !== 1) await setImmediate();
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
  const roomy = new BoundedLabels(2);
  expect([100, 101].map((length) => roomy.toLabel('x'.repeat(length)).length)).toEqual([100, 5]);
});
