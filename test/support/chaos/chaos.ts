import type { Store } from '../stores';
import { ChaosCaller } from './caller';
import { collect } from './collect';
import { countRecords, type ChaosCounts } from './counts';
import { createDisturbances } from './disturbances';
import { Gateway } from './gateway';
import type { PlantedBug } from './planted-bugs';
import { prepare } from './prepare';
import type { ChaosRecords } from './records';
import { Turbulence } from './turbulence';
import { createCast, createSteps } from './workload';
import { Writers } from './writers';

export interface ChaosOptions {
  store: Store;
  /** Decides what is called and what befalls whom; the moments are the machine's. */
  seed: number;
  users: number;
  devicesPerUser: number;
  writers: number;
  /** How long calls are made at least. */
  runMs: number;
  /** How many calls are acknowledged at least. */
  calls: number;
  /** Null lets nothing befall anybody. */
  disturbances: { everyCalls: number; kills: number } | null;
  bug?: PlantedBug;
}

interface Outcome {
  records: ChaosRecords;
  counts: ChaosCounts;
}

/** Lets users, devices, writers and disturbances loose on a gateway, and gives what each of them saw. */
export async function runChaos(options: ChaosOptions): Promise<Outcome> {
  const gateway = await Gateway.start(options.store, options.bug);
  const caller = new ChaosCaller(gateway);
  try {
    return await runOn(gateway, caller, options);
  } finally {
    caller.stop();
    await gateway.stop();
  }
}

async function runOn(gateway: Gateway, caller: ChaosCaller, options: ChaosOptions): Promise<Outcome> {
  const cast = createCast(options.users);
  const { starts, devices } = await prepare(gateway, caller, cast, options.devicesPerUser);
  const writers = new Writers(caller);
  const turbulence = new Turbulence(gateway, caller, cast, devices, writers);
  try {
    for (let index = 0; index < options.writers; index++)
      writers.start(createSteps(cast, options.seed + index * 1_000_003));
    await disturb(gateway, writers, turbulence, options);
    await writers.end();
    await turbulence.whenCalm();

    const seen = await collect(gateway, caller, cast, starts, devices);
    const records = {
      ...seen,
      mutations: writers.mutations,
      failures: [...gateway.problems, ...seen.failures],
    };
    const sum = (of: 'reconnects' | 'closedTooSlow'): number =>
      devices.reduce((total, device) => total + device[of], 0);
    const counts = {
      ...countRecords(records),
      reconnects: sum('reconnects'),
      kills: gateway.kills,
      cuts: turbulence.cuts,
      stalls: turbulence.stalls,
      closedTooSlow: sum('closedTooSlow'),
      clockJumps: gateway.clockJumps,
    };
    return { records, counts };
  } finally {
    await Promise.all(devices.map((device) => device.stop()));
    await writers.end();
  }
}

/** Lasts as long as the run: one disturbance after so many acknowledged calls. */
async function disturb(
  gateway: Gateway,
  writers: Writers,
  turbulence: Turbulence,
  { seed, runMs, calls, disturbances }: ChaosOptions,
): Promise<void> {
  const endAtMs = Date.now() + runMs;
  const isDone = (): boolean =>
    Date.now() >= endAtMs && writers.acknowledged >= calls && gateway.kills >= (disturbances?.kills ?? 0);
  const coming = createDisturbances(seed);
  while (!isDone()) {
    await writers.calls(disturbances?.everyCalls ?? 10);
    if (disturbances !== null) await turbulence.apply(coming.next().value);
  }
}
