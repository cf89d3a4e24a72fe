import { Child } from '../children.mjs';
import { nowMs, within } from '../clock.mjs';
import { CHANGE, STAR, toNick } from '../document.mjs';
import { signToken } from '../tokens.mjs';

/** Fresh servers over one database, each with a process of listeners of its own. */
export class Cluster {
  #changes = 0;

  constructor(servers, crowds, token, plan) {
    Object.assign(this, { servers, crowds, token, plan });
  }

  static async start(count, env, plan) {
    const share = plan.listeners / count;
    const servers = await Promise.all(
      Array.from({ length: count }, () => Child.start('./servers/amicus.mjs', [], env)),
    );
    const crowds = await Promise.all(
      servers.map((_server, index) => Child.start('./listeners.mjs', [String(share * index)])),
    );
    const cluster = new Cluster(servers, crowds, await signToken(STAR), plan);
    await Promise.all(
      crowds.map((crowd, index) => {
        const { port, path } = servers[index].ready;
        return crowd.ask('open', { address: { port, path }, total: share });
      }),
    );
    return cluster;
  }

  async stop() {
    await Promise.all([...this.servers, ...this.crowds].map((child) => child.kill()));
  }

  /** CPU time of the servers so far; that of the database and of the listeners is not in it. */
  async cpuMs() {
    const all = await Promise.all(this.servers.map((server) => server.ask('cpuMs')));
    return all.reduce((sum, ms) => sum + ms, 0);
  }

  /** One change of the star's profile, until every listener of every server has it. */
  async broadcast() {
    const nick = toNick(++this.#changes);
    const [first] = this.servers;
    const cpuBefore = await this.cpuMs();
    await this.#askAll('watch', nick);
    await first.ask('watchCommit');
    const [parts] = await Promise.all([this.#askAll('delivered'), this.#change(nick)]);
    const { committedMs, appendedMs } = await first.ask('commits');
    const lastMs = Math.max(...parts.map((part) => part.lastMs));
    return {
      sentMs: round(lastMs - appendedMs),
      wholeMs: round(lastMs - committedMs),
      cpuMs: round((await this.cpuMs()) - cpuBefore),
    };
  }

  /** Throws unless every listener got every event once. */
  async requireWhole(changes) {
    for (const { live, events, lost, doubled } of await this.#askAll('tally')) {
      const share = this.plan.listeners / this.servers.length;
      if (live !== share || events !== share * changes || lost + doubled > 0)
        throw new Error(`${live} live of ${share}, ${events} events, ${lost} lost, ${doubled} doubled`);
    }
  }

  #askAll(name, argument) {
    const answers = Promise.all(this.crowds.map((crowd) => crowd.ask(name, argument)));
    return within(this.plan.stepLimitMs, name, answers);
  }

  async #change(nick) {
    const { port, path } = this.servers[0].ready;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ query: CHANGE, variables: { nick } }),
    });
    const text = await response.text();
    if (response.status !== 200 || text.includes('"errors"'))
      throw new Error(`the change was answered ${text} at ${nowMs()}`);
  }
}

const round = (value) => Math.round(value * 100) / 100;
