import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { addReplicaMetrics } from './replica-metrics';
import type { HubStats } from '../events/hub';
import type { ReplicaReadStats } from '../users/replica-reads';
import type { CacheStats } from '../users/stranger-cache';

/** Where the numbers are kept; they are read when somebody asks for them. */
export interface MetricSources {
  hub: { stats: HubStats };
  fanout: { loadBacklog(): Promise<{ count: number; oldestMs: number | null }> };
  sources: { strangers: { stats: CacheStats } };
  /** Null when there is no replica. */
  replicaReads: { stats: ReplicaReadStats } | null;
  isBusUp: () => boolean;
  countSockets: () => number;
  connections: { readonly count: number; readonly dropped: number };
  nowMs: () => number;
}

export interface Metrics {
  readonly contentType: string;
  /** All metrics in Prometheus' text format. Rejects when the database cannot be asked. */
  render(): Promise<string>;
}

/** Those of Node itself are of the whole process, whatever it serves: made once, for they watch it from then on. */
let nodeMetrics: Registry | undefined;

export function createMetrics({
  hub,
  fanout,
  sources,
  replicaReads,
  isBusUp,
  countSockets,
  connections,
  nowMs,
}: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (replicaReads !== null) addReplicaMetrics(registry, () => replicaReads.stats);
  const gauge = (name: string, help: string): Gauge => new Gauge({ name: `amicus_${name}`, help, registers });
  const counter = (name: string, help: string): Counter =>
    new Counter({ name: `amicus_${name}`, help, registers });

  const open = gauge('connections', 'Open connections, HTTP and WebSocket.');
  const dropped = counter('connections_dropped_total', 'Idle connections that had to go for want of room.');
  const sockets = gauge('websocket_connections', 'Open WebSocket connections.');
  const users = gauge('listening_users', 'Users with at least one open subscription here.');
  const subscriptions = gauge('subscriptions', 'Open subscriptions.');
  const waiting = gauge('hub_waiting_users', 'Users of whom events may wait to be delivered here.');
  const lag = gauge(
    'hub_lag_seconds',
    'From when the newest event delivered last was written until it was sent.',
  );
  const delivered = counter('events_delivered_total', 'Deliveries to subscriptions, StreamOpened included.');
  const tooSlow = counter(
    'slow_subscriptions_total',
    'Subscriptions sent away because they read too slowly.',
  );
  const jobs = gauge('profile_fanout_jobs', 'Profile changes of which not all owners have been told yet.');
  const age = gauge(
    'profile_fanout_oldest_seconds',
    'Age of the oldest of these jobs; 0 when there is none.',
  );
  const busUp = gauge('bus_up', '1 while this server hears at once of what others do, else 0.');
  const copies = gauge('stranger_copies', "Copies of strangers' profiles that viewers hold.");
  const copiesBytes = gauge('stranger_copies_bytes', 'Their memory, as estimated.');
  const hits = counter('stranger_copy_hits_total', 'Profiles of strangers given from a copy.');
  const misses = counter('stranger_copy_misses_total', 'Profiles for which there was no fresh copy.');
  const evictions = counter('stranger_copy_evictions_total', 'Copies that had to go for want of room.');

  async function collect(): Promise<void> {
    const { count, oldestMs } = await fanout.loadBacklog();
    jobs.set(count);
    age.set(oldestMs === null ? 0 : Math.max(0, nowMs() - oldestMs) / 1000);
    const { stats } = hub;
    users.set(stats.users);
    subscriptions.set(stats.subscriptions);
    waiting.set(stats.waitingUsers);
    lag.set(stats.lagMs / 1000);
    setTotal(delivered, stats.delivered);
    setTotal(tooSlow, stats.sentAwayTooSlow);
    open.set(connections.count);
    setTotal(dropped, connections.dropped);
    sockets.set(countSockets());
    busUp.set(isBusUp() ? 1 : 0);
    const { strangers } = sources;
    copies.set(strangers.stats.entries);
    copiesBytes.set(strangers.stats.bytes);
    setTotal(hits, strangers.stats.hits);
    setTotal(misses, strangers.stats.misses);
    setTotal(evictions, strangers.stats.evictions);
  }

  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    async render() {
      await collect();
      nodeMetrics ??= createNodeMetrics();
      return Registry.merge([...registers, nodeMetrics]).metrics();
    },
  };
}

function setTotal(counter: Counter, total: number): void {
  counter.reset();
  counter.inc(total);
}

function createNodeMetrics(): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register });
  return register;
}
