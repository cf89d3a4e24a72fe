import { Histogram, type Registry } from 'prom-client';
import { describeStatement } from '../database/describe-statement';
import type { WatchStatement } from '../database/statement-watch';
import type { FanoutWatch } from '../events/fanout-watch';
import { UNWATCHED, type HubWatch } from '../events/hub-watch';
import { traceFanout, TracedTurns } from '../tracing/traced-events';
import type { Tracing } from '../tracing/tracing';
import { StatementMetrics } from './metrics-statements';

/** In seconds. */
const DELIVERY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface ServiceWatches {
  watchStatement?: WatchStatement;
  watchHub?: HubWatch;
  watchFanout?: FanoutWatch;
}

/**
 * Looks on at what goes on behind the doors, for the metrics and the traces that there are; nothing where there are
 * neither. `system` is the database's name in traces.
 */
export function watchServices(
  register: Registry | null,
  tracing: Tracing | null,
  system: 'sqlite' | 'postgresql',
): ServiceWatches {
  if (register === null && tracing === null) return {};
  return {
    watchStatement: watchStatements(
      register === null ? null : new StatementMetrics(register),
      tracing,
      system,
    ),
    watchHub: watchHub(register, tracing),
    ...(tracing !== null && { watchFanout: traceFanout(tracing) }),
  };
}

function watchStatements(
  metrics: StatementMetrics | null,
  tracing: Tracing | null,
  system: string,
): WatchStatement {
  return (sql) => {
    const { kind, summary } = describeStatement(sql);
    // The text is constant and holds no value: those are bound.
    const step =
      tracing?.beginStatement(summary, {
        'db.system.name': system,
        'db.operation.name': kind.toUpperCase(),
        'db.query.summary': summary,
        'db.query.text': sql,
      }) ?? null;
    const startedAtMs = performance.now();
    return (error) => {
      metrics?.observe(kind, error !== undefined, (performance.now() - startedAtMs) / 1000);
      if (error !== undefined) step?.fail(error instanceof Error ? error.name : 'Error', true);
      step?.end();
    };
  };
}

function watchHub(register: Registry | null, tracing: Tracing | null): HubWatch {
  const turns = tracing === null ? UNWATCHED : new TracedTurns(tracing);
  const delivery =
    register === null
      ? null
      : new Histogram({
          name: 'amicus_event_delivery_duration_seconds',
          help: 'From when this server heard of a change until what it delivers of it was written; once for each turn of the hub.',
          buckets: DELIVERY_BUCKETS,
          registers: [register],
        });
  return {
    hinted: () => {
      turns.hinted();
    },
    turn: (work) => turns.turn(work),
    delivered: (seconds) => delivery?.observe(seconds),
  };
}
