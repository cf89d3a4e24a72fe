import { count, one, range, toTable, two } from '../table.mjs';
import { SERVER_NAMES } from './names.mjs';
import { toServers } from './plan.mjs';

const MB = 1_000_000;

export function toOperationTable(summary, engine, operation) {
  return toTable(
    ['server', 'requests/s', 'ratio to raw', 'p50, ms', 'p99, ms', 'CPU µs a request', 'CPU, ratio to raw'],
    toServers(engine, summary.servers).map((server) => {
      const rate = summary.rate(engine, operation, server);
      if (rate === null) return [SERVER_NAMES[server], 'cannot', ...Array(5).fill('–')];
      const typical = (key) => summary.typical(engine, operation, server, key);
      return [
        SERVER_NAMES[server],
        range(rate, count),
        range(summary.rateRatio(engine, operation, server, 'raw'), two),
        two(typical('p50Ms')),
        two(typical('p99Ms')),
        count(typical('cpuMicros')),
        range(summary.cpuRatio(engine, operation, server, 'raw'), two),
      ];
    }),
  );
}

export function toMemoryTable(summary, engine) {
  return toTable(
    ['server', 'resident, MB', 'JavaScript heap, MB'],
    toServers(engine, summary.servers).map((server) => {
      const { rss, heapUsed } = summary.memory(engine, server);
      return [SERVER_NAMES[server], one(rss / MB), one(heapUsed / MB)];
    }),
  );
}
