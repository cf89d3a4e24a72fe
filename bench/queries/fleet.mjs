import { Child } from '../children.mjs';

const SCRIPTS = {
  amicus: './servers/amicus.mjs',
  raw: './queries/servers/raw.mjs',
  mercurius: './queries/servers/mercurius.mjs',
  yoga: './queries/servers/yoga.mjs',
  apollo: './queries/servers/apollo.mjs',
  postgraphile: './queries/servers/postgraphile.mjs',
};

/** A server in a process of its own, over one database. */
export class Contestant {
  constructor(name, child) {
    const { port, path } = child.ready;
    Object.assign(this, { name, child, address: { server: name, port, path } });
  }

  static async start(name, data) {
    const child = await Child.start(SCRIPTS[name], [], { ...data.toEnv(), GRAPHILE_ENV: 'production' });
    return new Contestant(name, child);
  }

  ask(question) {
    return this.child.ask(question);
  }

  stop() {
    return this.child.kill();
  }
}

/** All of them, and the process that asks them; both end with `work`. */
export async function withFleet(names, data, viewers, users, work) {
  const contestants = await Promise.all(names.map((name) => Contestant.start(name, data)));
  const load = await Child.start('./queries/load.mjs');
  try {
    await load.ask('setViewers', { viewers, users });
    return await work(contestants, load);
  } finally {
    await Promise.all([load.kill(), ...contestants.map((contestant) => contestant.stop())]);
  }
}
