import { ChaosCaller } from './caller';
import { ChaosCluster, type BusKind } from './cluster';
import type { ClusterCounts } from './cluster-counts';
import { ClusterTurbulence } from './cluster-turbulence';
import { createTroubles } from './cluster-troubles';
import { collect } from './collect';
import { countRecords } from './counts';
import { findUnexcused } from './excuses';
import { prepare } from './prepare';
import type { ChaosRecords } from './records';
import { createCast, createSteps } from './workload';
import { Writers } from './writers';

export interface ClusterChaosOptions {
  bus: BusKind;
  /** Decides what is called and what befalls whom; the moments are the machine's. */
  seed: number;
  users: number;
  devicesPerUser: number;
  writers: number;
  /** How long calls are made at least. */
  runMs: number;
  /** One trouble after so many acknowledged calls. */
  everyCalls: number;
  /** How many troubles there are at least. */
  troubles: number;
  /** How long anything is away that comes back by itself. */
  longestMs: number;
  /** Of PostgreSQL's command line. */
  postgresOptions: readonly string[];
}

/** Lets users, devices, writers and troubles loose on three gateways, and gives what each of them saw. */
export async function runClusterChaos(
  options: ClusterChaosOptions,
): Promise<{ records: ChaosRecords; counts: ClusterCounts }> {
  const { seed } = options;
  const cluster = await ChaosCluster.start(options.bus, options.postgresOptions);
  const caller = new ChaosCaller(cluster);
  const writers = new Writers(caller);
  const cast = createCast(options.users);
  try {
    const { starts, devices } = await prepare(cluster, caller, cast, options.devicesPerUser);
    const turbulence = new ClusterTurbulence(cluster, devices, options.longestMs);
    try {
      for (let index = 0; index < options.writers; index++)
        writers.start(createSteps(cast, seed + index * 1_000_003));
      await trouble(writers, turbulence, options);
      await turbulence.whenCalm();
      await writers.end();
      const seen = await collect(cluster, caller, cast, starts, devices);
      const problems = cluster.nodes.flatMap(({ gateway }) => gateway.problems);
      const failures = [...findUnexcused(problems), ...turbulence.failures, ...seen.failures];
      const records = { ...seen, mutations: writers.mutations, failures };
      const reconnects = devices.reduce((total, device) => total + device.reconnects, 0);
      return { records, counts: { ...countRecords(records), ...turbulence.counts, reconnects } };
    } finally {
      await turbulence.whenCalm();
      await Promise.all(devices.map((device) => device.stop()));
    }
  } finally {
    await writers.end();
    caller.stop();
    await cluster.stop();
  }
}

async function trouble(
  writers: Writers,
  turbulence: ClusterTurbulence,
  { seed, runMs, everyCalls, troubles }: ClusterChaosOptions,
): Promise<void> {
  const endAtMs = Date.now() + runMs;
  const coming = createTroubles(seed);
  for (let count = 0; count < troubles || Date.now() < endAtMs; count++) {
    await writers.calls(everyCalls);
    turbulence.begin(coming.next().value);
  }
}
