import { setImmediate } from 'node:timers/promises';
import { parse } from 'yaml';
import { readDocument, toCodeWords, toTableRows } from './support/markdown';
import { readMetricHeads, readSeries } from './support/metrics';
import { RawSocket } from './support/raw-socket';
import { ADMIN, TestServer } from './support/server';

interface Alerts {
  groups: { name: string; rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
}

interface Dashboard {
  templating: { list: { definition?: string }[] };
  panels: { id: number; type: string; title: string; targets?: { expr: string }[] }[];
}

const alerts = parse(readDocument('deploy/prometheus-alerts.yaml')) as Alerts;
const dashboard = JSON.parse(readDocument('deploy/grafana-dashboard.json')) as Dashboard;
const page = readDocument('docs/observability.md');

/** The words of a query that are names of metrics; functions and labels begin otherwise. */
const toMetricNames = (query: string): string[] => query.match(/\b(?:amicus|nodejs|process)_\w+/g) ?? [];

let heads: Map<string, { type: string; help: string }>;
let series: Map<string, number>;
beforeAll(async () => {
  const server = await TestServer.start();
  // Something of each kind: a metric with labels has no series before.
  await server.call(ADMIN, 'mutation Load { importUsers(users: [{ userID: "ann" }]) { code } }');
  const socket = await RawSocket.initAs(server, 'ann');
  socket.subscribe('1', 'subscription Live { friendshipEvents { seq } }');
  await socket.next();
  await server.call('ann', 'mutation { setSelfInfo(input: { nickName: "Ann" }) { id } }');
  await socket.next();
  socket.send('nonsense');
  await socket.closed;
  const isCounted = (key: string): boolean => key.startsWith('amicus_websocket_closes_total{');
  while (![...(await readSeries(server)).keys()].some(isCounted)) await setImmediate();
  await server.call('ann', '{ me { id } }');
  heads = await readMetricHeads(server);
  series = await readSeries(server);
  await server.stop();
});

/** What series may be called in a query. */
function toSeriesNames(): Set<string> {
  const names = [...heads].flatMap(([name, { type }]) =>
    type === 'histogram' ? ['_bucket', '_count', '_sum'].map((suffix) => name + suffix) : [name],
  );
  return new Set(names);
}

test('the page has every metric of Amicus, with its type and its labels, and no other', () => {
  const documented = ['Requests and connections', 'Live events', 'Database and copies', 'The server']
    .flatMap((heading) => toTableRows(page, heading))
    .map(([name = '', type = '', labels = '']) => ({
      name: toCodeWords(name)[0],
      type,
      labels: toCodeWords(labels).sort(),
    }));
  const given = [...heads]
    .filter(([name]) => name.startsWith('amicus_'))
    .map(([name, { type }]) => {
      const first = [...series.keys()].find(
        (key) => key === name || key.startsWith(`${name}{`) || key.startsWith(`${name}_`),
      );
      const labels = [...(first ?? '').matchAll(/(\w+)="/g)].map(([, label = '']) => label);
      return { name, type, labels: labels.filter((label) => label !== 'le').sort() };
    });
  const byName = (one: { name: string | undefined }, other: { name: string | undefined }): number =>
    (one.name ?? '').localeCompare(other.name ?? '');
  expect(documented.sort(byName)).toEqual(given.sort(byName));
});

test('names and helps follow the conventions of Prometheus', () => {
  for (const [name, { type, help }] of heads) {
    if (!name.startsWith('amicus_')) continue;
    expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    expect(name).not.toMatch(/_(ms|milliseconds|kb|mb|percent)\b/);
    expect(help).toMatch(/\.$/);
  }
});

test('every alert is whole, asks for metrics that there are, and is on the page', () => {
  const rules = alerts.groups.flatMap((group) => group.rules);
  expect(rules.length).toBeGreaterThan(5);
  const known = toSeriesNames();
  for (const { alert, expr, annotations } of rules) {
    expect(annotations.summary).toMatch(/\.$/);
    const names = toMetricNames(expr);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(known).toContain(name);
    expect(expr.split('(')).toHaveLength(expr.split(')').length);
    expect(page).toContain(`\`${alert}\``);
  }
  const rows = toTableRows(page, 'Alerts').map(([name = '']) => toCodeWords(name)[0]);
  expect(rows).toEqual(rules.map(({ alert }) => alert));
});

test('every query of the dashboard asks for metrics that there are', () => {
  const known = toSeriesNames();
  const charts = dashboard.panels.filter(({ type }) => type !== 'row');
  expect(charts.length).toBeGreaterThan(10);
  for (const { targets = [] } of charts) {
    expect(targets.length).toBeGreaterThan(0);
    for (const { expr } of targets) {
      const names = toMetricNames(expr);
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) expect(known).toContain(name);
    }
  }
  for (const { definition = '' } of dashboard.templating.list) {
    for (const name of toMetricNames(definition)) expect(known).toContain(name);
  }
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

test('every metric that is worth it is on the dashboard', () => {
  const shown = new Set(
    dashboard.panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => toMetricNames(expr))),
  );
  const missing = [...heads]
    .filter(([name]) => name.startsWith('amicus_'))
    .map(([name]) => name)
    .filter((name) => ![name, `${name}_bucket`, `${name}_count`].some((each) => shown.has(each)));
  // What it is built of, and what there is of the copies besides their worth.
  expect(missing.sort()).toEqual([
    'amicus_build_info',
    'amicus_stranger_copies',
    'amicus_stranger_copies_bytes',
    'amicus_stranger_copy_evictions_total',
  ]);
});
