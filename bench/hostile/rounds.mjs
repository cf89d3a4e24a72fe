import { Child } from '../children.mjs';
import { signToken } from '../tokens.mjs';
import { ATTACKS } from './attacks.mjs';

/**
 * A server for each form, one process of honest clients and one that attacks. For each attack there are rounds, in each of
 * which the honest clients of each server are measured without it and with it, in turns which of them first.
 *
 * @param {Record<string, Record<string, string>>} forms - the environments of the servers
 */
export async function measureAttacks(forms, owners, { plan, say }) {
  const children = [];
  const start = async (...given) => {
    const child = await Child.start(...given);
    children.push(child);
    return child;
  };
  try {
    const [honest, attacker] = [await start('hostile/honest.mjs'), await start('hostile/attacker.mjs')];
    const servers = [];
    for (const [form, env] of Object.entries(forms))
      servers.push({ form, server: await start('servers/amicus.mjs', [], env) });
    const tokens = await Promise.all(owners.map(signToken));
    const { honest: connections, pauseMs, idle, busy } = plan;
    const ask = ({ ready: { port } }, windowMs) =>
      honest.ask('ask', { port, tokens, connections, windowMs, pauseMs });

    let attacks = 0;
    /** From an address of its own and by a user of its own: none has spent any limit before. */
    const begin = async (name, { ready: { port } }) => {
      const serial = ++attacks;
      const address = `127.0.${1 + Math.floor(serial / 250)}.${1 + (serial % 250)}`;
      const token = await signToken(`hostile-${serial}`);
      await attacker.ask('begin', { name, port, address, token, idle, busy });
    };
    const measure = async (name, isAttacked, server) => {
      if (isAttacked) await begin(name, server);
      if (isAttacked) await ask(server, plan.warmUpMs);
      const measured = await ask(server, plan.windowMs);
      const acts = isAttacked ? await attacker.ask('end') : 0;
      const { rss } = await server.ask('memory');
      return { acts, rss, ...measured };
    };

    for (const { server } of servers) await ask(server, plan.warmUpMs);
    const windows = [];
    for (const { name } of ATTACKS.filter((each) => plan.attacks?.includes(each.name) ?? true)) {
      for (let round = 0; round < plan.rounds; round++) {
        const order = round % 2 === 0 ? [false, true] : [true, false];
        for (const { form, server } of servers)
          for (const isAttacked of order)
            windows.push({
              attack: name,
              form,
              round,
              isAttacked,
              ...(await measure(name, isAttacked, server)),
            });
      }
      say(name);
    }
    return windows;
  } finally {
    for (const child of children) await child.kill();
  }
}
