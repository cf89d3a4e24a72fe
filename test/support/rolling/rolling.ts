import { signToken } from '../../../src/auth/signer';
import { ChaosCaller } from '../chaos/caller';
import { collect } from '../chaos/collect';
import { countRecords } from '../chaos/counts';
import type { Door } from '../chaos/door';
import { prepare } from '../chaos/prepare';
import type { ChaosRecords } from '../chaos/records';
import { createCast, createSteps } from '../chaos/workload';
import { Writers } from '../chaos/writers';
import { toEnvironment } from '../seeded-store';
import type { Store } from '../stores';
import { Balancer } from './balancer';
import { ServingProcess } from './serving-process';

const SECRET = 'a secret of at least thirty-two bytes';
/** Many times what the balancer takes to notice. */
const DRAIN_DELAY_MS = 1_000;

export interface RollingOptions {
  store: Store;
  seed: number;
  users: number;
  devicesPerUser: number;
  writers: number;
  /** How often each of the two servers is replaced. */
  rounds: number;
  /** How many calls are acknowledged before and after each of them, at least. */
  calls: number;
}

interface Outcome {
  records: ChaosRecords;
  counts: ReturnType<typeof countRecords> & { reconnects: number; restarts: number };
}

/** Replaces two servers over one database in turn, behind a balancer, while everybody goes on; gives what was seen. */
export async function runRolling(options: RollingOptions): Promise<Outcome> {
  const { config, drop } = await options.store.create();
  const env = {
    ...toEnvironment(config),
    AMICUS_JWT_SECRET: SECRET,
    AMICUS_DRAIN_DELAY_MS: String(DRAIN_DELAY_MS),
    AMICUS_LOG_LEVEL: 'error',
  };
  const servers = await Promise.all([ServingProcess.start(env), ServingProcess.start(env)]);
  const balancer = await Balancer.start(servers);
  try {
    return await runOn(balancer, servers, options);
  } finally {
    await balancer.stop();
    await Promise.all(servers.map((server) => server.stop()));
    await drop();
  }
}

async function runOn(
  balancer: Balancer,
  servers: readonly ServingProcess[],
  { seed, users, devicesPerUser, writers: writerCount, rounds, calls }: RollingOptions,
): Promise<Outcome> {
  const door: Door = {
    enter: () => Promise.resolve(balancer.url),
    token: (userID, isAdmin) =>
      signToken({
        secret: SECRET,
        issuer: null,
        audience: null,
        userID,
        isAdmin: isAdmin ?? false,
        expiresInSeconds: 3_600,
        nowMs: Date.now(),
      }),
    usesDefaultRetry: true,
  };
  const caller = new ChaosCaller(door);
  const cast = createCast(users);
  const { starts, devices } = await prepare(door, caller, cast, devicesPerUser);
  const writers = new Writers(caller);
  const failures: string[] = [];
  try {
    for (let index = 0; index < writerCount; index++)
      writers.start(createSteps(cast, seed + index * 1_000_003));
    for (let round = 0; round < rounds; round++) {
      for (const server of servers) {
        await writers.calls(calls);
        const code = await server.restart();
        if (code !== 0) failures.push(`a server ended with ${String(code)}`);
        await balancer.whenReady();
      }
    }
    await writers.calls(calls);
    await writers.end();
    const seen = await collect(door, caller, cast, starts, devices);
    const records = { ...seen, mutations: writers.mutations, failures: [...seen.failures, ...failures] };
    const reconnects = devices.reduce((sum, device) => sum + device.reconnects, 0);
    return { records, counts: { ...countRecords(records), reconnects, restarts: rounds * servers.length } };
  } finally {
    await Promise.all(devices.map((device) => device.stop()));
    await writers.end();
    caller.stop();
  }
}
