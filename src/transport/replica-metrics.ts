import { Counter, Gauge, type Registry } from 'prom-client';
import type { ReplicaReadStats } from '../users/replica-reads';

/** The numbers of a read replica, read from `load` when somebody asks for them. */
export function addReplicaMetrics(registry: Registry, load: () => ReplicaReadStats): void {
  const registers = [registry];
  new Gauge({
    name: 'amicus_replica_up',
    help: '1 while the read replica is fresh enough to be asked, else 0.',
    registers,
    collect() {
      this.set(load().isUp ? 1 : 0);
    },
  });
  new Gauge({
    name: 'amicus_replica_lag_seconds',
    help: 'How old the state is at most that the read replica gives; NaN when that is not known.',
    registers,
    collect() {
      const { lagMs } = load();
      this.set(lagMs === null ? NaN : lagMs / 1_000);
    },
  });
  new Counter({
    name: 'amicus_replica_profiles_total',
    help: 'Profiles of strangers by where they were read: from the replica, or from the primary in its place.',
    labelNames: ['source'],
    registers,
    collect() {
      const { fromReplica, fromPrimary } = load();
      this.reset();
      this.inc({ source: 'replica' }, fromReplica);
      this.inc({ source: 'primary' }, fromPrimary);
    },
  });
}
