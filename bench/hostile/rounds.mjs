import { Child } from '../children.mjs';
import { signToken } from '../tokens.mjs';
import { STAR } from '../document.mjs';
import { ATTACKS } from './attacks.mjs';

/**
 * One server, one process of honest clients and one that attacks. For each attack there are rounds, in each of which
 * the honest clients are measured without it and with it, in turns which of them first.
 */
export async function measureAttacks(env, { plan, say }) {
  const children = await Promise.all([
    Child.start('servers/amicus.mjs', [], env),
    Child.start('hostile/honest.mjs'),
    Child.start('hostile/attacker.mjs'),
  ]);
  const [server, honest, attacker] = children;
  const { port } = server.ready;
  const [token, hostile] = await Promise.all([signToken(STAR), signToken('hostile')]);
  const { honest: connections, pauseMs, idle, busy } = plan;
  const ask = (windowMs) => honest.ask('ask', { port, token, connections, windowMs, pauseMs });
  try {
    await ask(plan.warmUpMs);
    const windows = [];
    for (const { name } of ATTACKS) {
      for (let round = 0; round < plan.rounds; round++) {
        const order = round % 2 === 0 ? [false, true] : [true, false];
        for (const isAttacked of order) {
          if (isAttacked) await attacker.ask('begin', { name, port, token: hostile, idle, busy });
          if (isAttacked) await ask(plan.warmUpMs);
          const measured = await ask(plan.windowMs);
          const acts = isAttacked ? await attacker.ask('end') : 0;
          const { rss } = await server.ask('memory');
          windows.push({ attack: name, round, isAttacked, acts, rss, ...measured });
        }
      }
      say(name);
    }
    return windows;
  } finally {
    for (const child of children) await child.kill();
  }
}
