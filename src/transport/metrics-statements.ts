import { Histogram, type Registry } from 'prom-client';
import type { StatementKind } from '../database/describe-statement';

/** In seconds: the embedded database answers within some microseconds. */
const BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10];

/** How long statements of the database take, and how many fail. */
export class StatementMetrics {
  private readonly duration: Histogram;

  constructor(register: Registry) {
    this.duration = new Histogram({
      name: 'amicus_database_statement_duration_seconds',
      help: 'How long statements of the database took, by their kind and outcome.',
      labelNames: ['kind', 'outcome'],
      buckets: BUCKETS,
      registers: [register],
    });
  }

  observe(kind: StatementKind, hasFailed: boolean, seconds: number): void {
    this.duration.observe({ kind, outcome: hasFailed ? 'error' : 'ok' }, seconds);
  }
}
