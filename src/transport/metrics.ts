import { setTimeout } from 'node:timers/promises';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { DatabaseLoad } from '../database/statement-watch';
import { answerInTime } from '../lib/answer-in-time';
import { LANE_NAMES, type Lanes } from './lanes';
import { addReplicaMetrics } from './replica-metrics';
import type { HubStats } from '../events/hub';
import type { ReplicaReadStats } from '../users/replica-reads';
import { RATE_KINDS, type RateLimits } from '../rates/rate-limits';
import type { CacheStats } from '../users/stranger-cache';
import { findVersion } from '../version';

/** Where the numbers are kept; they are read when somebody asks for them. */
export interface MetricSources {
  hub: { stats: HubStats };
  fanout: { loadBacklog(): Promise<{ count: number; oldestMs: number | null }> };
  sources: { strangers: { stats: CacheStats } };
  /** Null when there is no replica. */
  replicaReads: { stats: ReplicaReadStats } | null;
  connections: { readonly count: number; readonly dropped: number };
  database: { load: DatabaseLoad };
  rates: RateLimits;
  lanes: Lanes;
  isBusUp: () => boolean;
  countSockets: () => number;
  unsentBytes: () => number;
  nowMs: () => number;
}

export interface Metrics {
  readonly contentType: string;
  /** All metrics in Prometheus' text format. */
  render(): Promise<string>;
}

/** Those of Node itself are of the whole process, whatever it serves: made once, for they watch it from then on. */
let nodeMetrics: Registry | undefined;

/** How long the database may take to say what is in the backlog. */
const BACKLOG_MS = 2_000;

/** After the metrics were rendered they are not for so many times as long, and at most so long. */
const RESTS = 9;
const MAX_REST_MS = 250;

/** `register` holds the metrics that are counted where things happen. */
export function createMetrics(
  {
    hub,
    fanout,
    sources,
    replicaReads,
    rates,
    lanes,
    database,
    isBusUp,
    countSockets,
    unsentBytes,
    connections,
    nowMs,
  }: MetricSources,
  register: Registry,
): Metrics {
  const registers = [register];
  if (replicaReads !== null) addReplicaMetrics(register, () => replicaReads.stats);
  const gauge = (name: string, help: string): Gauge => new Gauge({ name: `amicus_${name}`, help, registers });
  const counter = (name: string, help: string): Counter =>
    new Counter({ name: `amicus_${name}`, help, registers });

  const open = gauge('connections', 'Open connections, HTTP and WebSocket.');
  const dropped = counter('connections_dropped_total', 'Idle connections that had to go for want of room.');
  const sockets = gauge('websocket_connections', 'Open WebSocket connections.');
  const unsent = gauge(
    'websocket_unsent_bytes',
    'What was sent to WebSocket connections and waits in this process.',
  );
  const users = gauge('listening_users', 'Users with at least one open subscription here.');
  const subscriptions = gauge('subscriptions', 'Open subscriptions.');
  const waiting = gauge('hub_waiting_users', 'Users of whom events may wait to be delivered here.');
  const waitingEvents = gauge(
    'hub_waiting_events',
    'Events that wait to be delivered here, of those that need not be read from the log.',
  );
  const catchingUp = gauge(
    'hub_catching_up_users',
    'Users whose devices are given history, more of it than one read of the log holds.',
  );
  const stalled = gauge(
    'stalled_subscriptions',
    'Subscriptions whose clients have not read what they were sent.',
  );
  const lag = gauge(
    'hub_lag_seconds',
    'From when the newest event delivered last was written until it was sent; history left out.',
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
  const databaseUp = gauge(
    'database_up',
    '1 when the database answered within two seconds just now, else 0.',
  );
  const poolConnections = new Gauge({
    name: 'amicus_database_connections',
    help: 'Connections to the database, by what they are for and whether they are at work.',
    labelNames: ['pool', 'state'],
    registers,
  });
  const queue = new Gauge({
    name: 'amicus_database_waiting',
    help: 'Transactions and reads that wait for a connection.',
    labelNames: ['pool'],
    registers,
  });
  new Gauge({
    name: 'amicus_build_info',
    help: 'Always 1; which version runs on which Node.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version: findVersion(), node: process.version }, 1);
  const copies = gauge('stranger_copies', "Copies of strangers' profiles that viewers hold.");
  const copiesBytes = gauge('stranger_copies_bytes', 'Their memory, as estimated.');
  const hits = counter('stranger_copy_hits_total', 'Profiles of strangers given from a copy.');
  const misses = counter('stranger_copy_misses_total', 'Profiles for which there was no fresh copy.');
  const evictions = counter('stranger_copy_evictions_total', 'Copies that had to go for want of room.');

  const rateLimited = new Counter({
    name: 'amicus_rate_limited_total',
    help: 'What was refused for coming too often, by what it was.',
    labelNames: ['kind'],
    registers,
  });

  const laneWaiting = new Gauge({
    name: 'amicus_lane_waiting',
    help: 'What waits for its turn because it is dear, by what it is.',
    labelNames: ['lane'],
    registers,
  });
  const lanePaced = new Counter({
    name: 'amicus_lane_paced_total',
    help: 'What had to wait for its turn because it is dear, or found no room to wait, by what it is.',
    labelNames: ['lane'],
    registers,
  });

  async function collect(): Promise<void> {
    // The other numbers are wanted all the more when this one cannot be had.
    const backlog = await answerInTime(fanout.loadBacklog(), BACKLOG_MS);
    databaseUp.set(backlog === null ? 0 : 1);
    jobs.set(backlog?.count ?? NaN);
    const { oldestMs = NaN } = backlog ?? {};
    age.set(oldestMs === null ? 0 : Math.max(0, nowMs() - oldestMs) / 1000);
    for (const pool of ['writer', 'reader'] as const) {
      const { inUse, idle, waiting: queued } = database.load[pool];
      poolConnections.set({ pool, state: 'in_use' }, inUse);
      poolConnections.set({ pool, state: 'idle' }, idle);
      queue.set({ pool }, queued);
    }
    const { stats } = hub;
    waitingEvents.set(stats.waitingEvents);
    catchingUp.set(stats.catchingUpUsers);
    stalled.set(stats.stalledSubscriptions);
    unsent.set(unsentBytes());
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
    lanePaced.reset();
    for (const lane of LANE_NAMES) {
      laneWaiting.set({ lane }, lanes[lane].length);
      lanePaced.inc({ lane }, lanes[lane].paced);
    }
    rateLimited.reset();
    for (const kind of RATE_KINDS) rateLimited.inc({ kind }, rates[kind].refused);
  }

  async function renderNow(): Promise<string> {
    await collect();
    nodeMetrics ??= createNodeMetrics();
    return Registry.merge([...registers, nodeMetrics]).metrics();
  }

  let restUntilMs = 0;
  /** However often it is asked for, it takes no more than a part of the processor's time. */
  async function renderAfterRest(): Promise<string> {
    const restMs = restUntilMs - performance.now();
    if (restMs > 0) await setTimeout(restMs);
    const startedMs = performance.now();
    const text = await renderNow();
    const endedMs = performance.now();
    restUntilMs = endedMs + Math.min(MAX_REST_MS, (endedMs - startedMs) * RESTS);
    return text;
  }

  let rendering: Promise<string> | undefined;
  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    // Who asks meanwhile gets the same text: it takes milliseconds, and nobody has to show a token for it.
    render: () =>
      (rendering ??= renderAfterRest().finally(() => {
        rendering = undefined;
      })),
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
