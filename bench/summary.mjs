import { SERVERS } from './plan.mjs';
import { median, percentile, spread } from './statistics.mjs';

/**
 * The figures of the report. A figure of a round is the median over its changes; the spread is over the rounds; a
 * ratio is that of two servers in one round.
 */
export function toSummary({ rounds, storms }) {
  const of = (server, size) => rounds.filter((entry) => entry.server === server && entry.size === size);
  const rates = (server, size) => of(server, size).map(({ changes }) => median(changes.map(toRate(size))));
  const wholeRates = (server, size) =>
    of(server, size).map(({ changes }) => median(changes.map(toWholeRate(size))));
  const perDelivery = (server, size) =>
    of(server, size).map(({ changes }) => (median(changes.map(({ cpuMs }) => cpuMs)) / size) * 1000);
  const latencies = (server, size) =>
    of(server, size).flatMap(({ changes }) => changes.map(({ lastMs }) => lastMs));

  const memory = (server, key) =>
    rounds
      .filter((entry) => entry.server === server && entry.memory !== null)
      .map((entry) => entry.memory[key]);
  return {
    /** Deliveries a second, from where the listeners' events are committed to the last one. */
    rate: (server, size) => spread(rates(server, size)),
    rateRatio: (server, base, size) => spread(toRatios(rates(server, size), rates(base, size))),
    /** Deliveries a second, from the commit of the change to the last one. */
    wholeRatio: (server, base, size) => spread(toRatios(wholeRates(server, size), wholeRates(base, size))),
    appendedMs: (server, size) =>
      median(of(server, size).flatMap(({ changes }) => changes.map(({ appendedMs }) => appendedMs))),
    firstMs: (server, size) =>
      median(of(server, size).flatMap(({ changes }) => changes.map(({ firstMs }) => firstMs))),
    lastMs: (server, size, share) => percentile(latencies(server, size), share),
    cpuMicros: (server, size) => spread(perDelivery(server, size)),
    cpuRatio: (server, base, size) => spread(toRatios(perDelivery(server, size), perDelivery(base, size))),
    statements: (server, size) => median(of(server, size).map(({ statements }) => statements ?? 0)),
    memory: (server, key) => spread(memory(server, key)),
    memoryAbove: (server, base, key) =>
      spread(memory(server, key).map((bytes, round) => bytes - memory(base, key)[round])),
    storm: (server, key) =>
      spread(storms.filter((storm) => storm.server === server).map((storm) => toNumber(storm[key]))),
    servers: SERVERS,
  };
}

const toRate = (size) => (change) => (size / (change.lastMs - change.appendedMs)) * 1000;
const toWholeRate = (size) => (change) => (size / change.lastMs) * 1000;
const toRatios = (values, bases) => values.map((value, round) => value / bases[round]);

/** Counts by reason become their sum. */
const toNumber = (value) =>
  typeof value === 'object' ? Object.values(value).reduce((sum, count) => sum + count, 0) : value;
