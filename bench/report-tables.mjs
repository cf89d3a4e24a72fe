import { count, one, range, toTable, two } from './table.mjs';

const NAMES = {
  amicus: '**Amicus**',
  'raw-ws': 'raw `ws`, the same bytes by `ws.send` (the limit)',
  'graphql-ws': 'plain graphql-ws + graphql-js',
  mercurius: 'Mercurius',
};

const kilobytes = (bytes) => (bytes / 1000).toFixed(1);

export function toBroadcastTable(summary, size) {
  return toTable(
    [
      'server',
      'deliveries/s',
      'ratio to raw `ws`',
      'with the commit, ratio',
      'the whole, ratio',
      'p50 to the last, ms',
      'p99 to the last, ms',
    ],
    summary.servers.map((server) => [
      NAMES[server],
      range(summary.rate(server, size), count),
      range(summary.rateRatio(server, 'raw-ws', size), two),
      range(summary.commitRatio(server, 'raw-ws', size), two),
      range(summary.wholeRatio(server, 'raw-ws', size), two),
      one(summary.lastMs(server, size, 0.5)),
      one(summary.lastMs(server, size, 0.99)),
    ]),
  );
}

export function toCostTable(summary, size) {
  return toTable(
    [
      'server',
      'CPU µs a delivery',
      'ratio to raw `ws`',
      'CPU µs from the end of the commit',
      'ratio to raw `ws`',
      'events written after, ms',
      'their commit, ms',
      'to the first, ms',
      'SQL statements a change',
    ],
    summary.servers.map((server) => [
      NAMES[server],
      range(summary.cpuMicros(server, size), one),
      range(summary.cpuRatio(server, 'raw-ws', size), two),
      range(summary.deliveryCpuMicros(server, size), one),
      range(summary.deliveryCpuRatio(server, 'raw-ws', size), two),
      server === 'amicus' ? one(summary.appendedMs(server, size)) : '–',
      server === 'amicus' ? one(summary.commitMs(server, size)) : '–',
      one(summary.firstMs(server, size)),
      server === 'amicus' ? count(summary.statements(server, size)) : '–',
    ]),
  );
}

export function toMemoryTable(summary) {
  return toTable(
    ['server', 'resident, KB', 'above raw `ws`, KB', 'JavaScript heap, KB'],
    summary.servers.map((server) => [
      NAMES[server],
      range(summary.memory(server, 'rss'), kilobytes),
      range(summary.memoryAbove(server, 'raw-ws', 'rss'), kilobytes),
      range(summary.memory(server, 'heapUsed'), kilobytes),
    ]),
  );
}

export function toStormTable(summary, { stormSize }) {
  const seconds = (milliseconds) => (milliseconds / 1000).toFixed(1);
  return toTable(
    [
      'server',
      'until all are live, s',
      '… and have the newest event, s',
      'CPU ms a listener',
      'SQL statements a listener',
      'connections tried again',
      'events lost',
    ],
    summary.servers.map((server) => [
      NAMES[server],
      range(summary.storm(server, 'allLiveMs'), seconds),
      range(summary.storm(server, 'caughtUpMs'), seconds),
      range(summary.storm(server, 'cpuMs'), (value) => two(value / stormSize)),
      server === 'amicus'
        ? range(summary.storm(server, 'statements'), (value) => one(value / stormSize))
        : '–',
      count(summary.storm(server, 'cuts').max),
      count(summary.storm(server, 'lost').max),
    ]),
  );
}
