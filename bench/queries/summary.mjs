import { median, spread } from '../statistics.mjs';
import { OPERATIONS } from './operations.mjs';

/**
 * The figures of the report. The spread is over the rounds; a ratio is that of two servers in one round, which for one
 * operation follow each other within seconds. Null where a server cannot do an operation.
 *
 * @param {{ windows: object[] }} result
 */
export function toSummary({ plan, windows, memory }) {
  const of = (engine, operation, server) =>
    windows.filter(
      (window) => window.engine === engine && window.operation === operation && window.server === server,
    );
  const spreadOf = (values) => (values.length === 0 ? null : spread(values));
  /** None where the other server was not measured. */
  const toRatios = (windows, bases, key) =>
    windows.flatMap((window) => {
      const base = bases.find(({ round }) => round === window.round);
      return base === undefined ? [] : [window[key] / base[key]];
    });
  return {
    /** Those that were measured, in the order of the tables. */
    operations: OPERATIONS.filter(({ name }) => plan.operations.includes(name)),
    servers: plan.servers,
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
  };
}
