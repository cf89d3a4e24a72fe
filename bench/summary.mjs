import { SERVERS } from './plan.mjs';
import { median, percentile, spread } from './statistics.mjs';

/**
 * The figures of the report. A figure of a round is the median over its changes; the spread is over the rounds; a
 * ratio is that of two servers in one round.
 */
export function toSummary({ rounds, storms }) {
  const of = (server, size) => rounds.filter((entry) => entry.server === server && entry.size === size);
  const ratesFrom = (from) => (server, size) =>
    of(server, size).map(({ changes }) =>
      median(changes.map((change) => (size / (change.lastMs - from(change))) * 1000)),
    );
  const rates = ratesFrom(({ writtenMs }) => writtenMs);
  const ratioOf = (rate) => (server, base, size) => spread(toRatios(rate(server, size), rate(base, size)));
  const cpuOf = (read) => (server, size) =>
    of(server, size).map(({ changes }) => (median(changes.map(read)) / size) * 1000);
  const perDelivery = cpuOf(({ cpuMs }) => cpuMs);
  const perDeliveryWritten = cpuOf(({ deliveryCpuMs }) => deliveryCpuMs);
  const latencies = (server, size) =>
    of(server, size).flatMap(({ changes }) => changes.map(({ lastMs }) => lastMs));

  const memory = (server, key) =>
    rounds
      .filter((entry) => entry.server === server && entry.memory !== null)
      .map((entry) => entry.memory[key]);
  return {
    /** Deliveries a second, from where the commit of the listeners' events has ended to the last one. */
    rate: (server, size) => spread(rates(server, size)),
    rateRatio: ratioOf(rates),
    /** … from where that commit begins. */
    commitRatio: ratioOf(ratesFrom(({ appendedMs }) => appendedMs)),
    /** … from where the commit of the change begins. */
    wholeRatio: ratioOf(ratesFrom(() => 0)),
    appendedMs: (server, size) =>
      median(of(server, size).flatMap(({ changes }) => changes.map(({ appendedMs }) => appendedMs))),
    commitMs: (server, size) =>
      median(
        of(server, size).flatMap(({ changes }) =>
          changes.map(({ writtenMs, appendedMs }) => writtenMs - appendedMs),
        ),
      ),
    firstMs: (server, size) =>
      median(of(server, size).flatMap(({ changes }) => changes.map(({ firstMs }) => firstMs))),
    lastMs: (server, size, share) => percentile(latencies(server, size), share),
    cpuMicros: (server, size) => spread(perDelivery(server, size)),
    cpuRatio: ratioOf(perDelivery),
    /** From where the commit of the listeners' events has ended. */
    deliveryCpuMicros: (server, size) => spread(perDeliveryWritten(server, size)),
    deliveryCpuRatio: ratioOf(perDeliveryWritten),
    statements: (server, size) => median(of(server, size).map(({ statements }) => statements ?? 0)),
    memory: (server, key) => spread(memory(server, key)),
    memoryAbove: (server, base, key) =>
      spread(memory(server, key).map((bytes, round) => bytes - memory(base, key)[round])),
    storm: (server, key) =>
      spread(storms.filter((storm) => storm.server === server).map((storm) => toNumber(storm[key]))),
    servers: SERVERS,
  };
}

const toRatios = (values, bases) => values.map((value, round) => value / bases[round]);

/** Counts by reason become their sum. */
const toNumber = (value) =>
  typeof value === 'object' ? Object.values(value).reduce((sum, count) => sum + count, 0) : value;
