import { median, spread } from '../statistics.mjs';

/**
 * The figures of the report. The spread is over the rounds; a ratio is that of two servers in one round, which for one
 * operation follow each other within seconds. Null where a server cannot do an operation.
 *
 * @param {{ windows: object[] }} result
 */
export function toSummary({ windows, memory, growth }) {
  const of = (engine, operation, server) =>
    windows.filter(
      (window) => window.engine === engine && window.operation === operation && window.server === server,
    );
  const spreadOf = (values) => (values.length === 0 ? null : spread(values));
  const toRatios = (windows, bases, key) =>
    windows.map((window) => window[key] / bases.find(({ round }) => round === window.round)[key]);
  const ofSize = (engine, operation, server, edges) =>
    growth.filter(
      (window) =>
        window.engine === engine &&
        window.operation === operation &&
        window.server === server &&
        window.edges === edges,
    );
  return {
    engines: [...new Set(windows.map(({ engine }) => engine))],
    rate: (engine, operation, server) => spreadOf(of(engine, operation, server).map(({ rate }) => rate)),
    rateRatio: (engine, operation, server, base) =>
      spreadOf(toRatios(of(engine, operation, server), of(engine, operation, base), 'rate')),
    /** The median over the rounds of a figure of a window. */
    typical: (engine, operation, server, key) =>
      median(of(engine, operation, server).map((window) => window[key])),
    cpuRatio: (engine, operation, server, base) =>
      spreadOf(toRatios(of(engine, operation, server), of(engine, operation, base), 'cpuMicros')),
    memory: (engine, server) =>
      memory.find((entry) => entry.engine === engine && entry.server === server) ?? null,
    /** Edges, the fewest first. */
    sizes: (engine) =>
      [...new Set(growth.filter((window) => window.engine === engine).map(({ edges }) => edges))].sort(
        (left, right) => left - right,
      ),
    grown: (engine, operation, server, edges, key) =>
      spread(ofSize(engine, operation, server, edges).map((window) => window[key])),
    grownRatio: (engine, operation, server, edges, baseEdges, key) =>
      spread(
        toRatios(ofSize(engine, operation, server, edges), ofSize(engine, operation, server, baseEdges), key),
      ),
  };
}
