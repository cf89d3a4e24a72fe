import { setTimeout as sleep } from 'node:timers/promises';
import { settle } from './equality.mjs';

/** One operation on one server for a while. Rejects when an answer is an error. */
export async function measureWindow(contestant, load, operation, { seed, data, viewers, plan }) {
  const { address } = contestant;
  await load.ask('begin', {
    address,
    operation: operation.name,
    seed,
    connections: plan.connections,
    warmUpMs: plan.warmUpMs,
  });
  const cpuBefore = await contestant.ask('cpuMs');
  const sinceMs = await data.watchCpu();
  await load.ask('mark');
  await sleep(plan.windowMs);
  const { requests, seconds, p50Ms, p99Ms, served } = await load.ask('finish');
  // What a write leaves to be done later belongs to what it costs.
  await settle(data, viewers, operation);
  const cpuMs = (await contestant.ask('cpuMs')) - cpuBefore;
  const databaseMs = await sinceMs();
  return {
    requests,
    rate: round(requests / seconds),
    p50Ms: round(p50Ms),
    p99Ms: round(p99Ms),
    cpuMicros: round((cpuMs * 1000) / served),
    // Null where the database works in the server's process, or where it cannot be told.
    databaseMicros: databaseMs === null ? null : round((databaseMs * 1000) / served),
  };
}

/** As often as it takes until the code is compiled and the caches are filled. */
export function warmUp(contestant, load, operation, given) {
  const { firstWarmUpMs: windowMs } = given.plan;
  return measureWindow(contestant, load, operation, { ...given, plan: { ...given.plan, windowMs } });
}

const round = (value) => Math.round(value * 100) / 100;
