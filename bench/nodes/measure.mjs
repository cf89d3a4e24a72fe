import { Child } from '../children.mjs';
import { requireOperation } from '../queries/operations.mjs';
import { measureWindow } from '../queries/window.mjs';
import { median } from '../statistics.mjs';
import { Cluster } from './cluster.mjs';

const READ = 'friends';

/** So many nodes with this bus: live events, then reads. */
export async function measureNodes(count, { env, openTap }, { plan, data, viewers, round }) {
  const cluster = await Cluster.start(count, env, plan);
  const tap = await openTap();
  try {
    for (let turn = 0; turn < plan.warmUps; turn++) await cluster.broadcast();
    const before = { messages: tap.messages, bytes: tap.bytes };
    const changes = [];
    for (let turn = 0; turn < plan.changes; turn++) changes.push(await cluster.broadcast());
    await cluster.requireWhole(plan.warmUps + plan.changes);
    const sentMs = median(changes.map((change) => change.sentMs));
    const cpuMs = median(changes.map((change) => change.cpuMs));
    return {
      deliveries: Math.round((plan.listeners / sentMs) * 1000),
      wholeMs: median(changes.map((change) => change.wholeMs)),
      deliveriesPerCpuSecond: Math.round((plan.listeners / cpuMs) * 1000),
      hintMessages: (tap.messages - before.messages) / plan.changes,
      hintBytes: (tap.bytes - before.bytes) / plan.changes,
      ...(await measureReads(cluster, { plan, data, viewers, round })),
    };
  } finally {
    await tap.close();
    await cluster.stop();
  }
}

/** Every node is asked at the same time by a process of its own; the connections are as many in all, whatever the nodes. */
async function measureReads({ servers }, { plan, data, viewers, round }) {
  const operation = requireOperation(READ);
  const loads = await Promise.all(servers.map(() => Child.start('./queries/load.mjs')));
  try {
    const windows = await Promise.all(
      servers.map(async (server, index) => {
        await loads[index].ask('setViewers', { viewers, users: plan.users });
        const { port, path } = server.ready;
        const contestant = {
          address: { server: 'amicus', port, path },
          ask: (question) => server.ask(question),
        };
        const share = { ...plan, connections: Math.ceil(plan.connections / servers.length) };
        const given = { seed: plan.seed + round * 10 + index, data, viewers, plan: share };
        return measureWindow(contestant, loads[index], operation, given);
      }),
    );
    const reads = windows.reduce((sum, { rate }) => sum + rate, 0);
    const cpuMicros = windows.reduce((sum, { rate, cpuMicros: each }) => sum + rate * each, 0) / reads;
    return { reads: Math.round(reads), readsPerCpuSecond: Math.round(1e6 / cpuMicros) };
  } finally {
    await Promise.all(loads.map((load) => load.kill()));
  }
}
