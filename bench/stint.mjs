import { Agent, request } from 'node:http';
import { Child } from './children.mjs';
import { within } from './clock.mjs';
import { CHANGE, STAR, toNick } from './document.mjs';
import { signToken } from './tokens.mjs';

const LISTENER_PROCESSES = 2;

/** One fresh server with fresh processes of listeners: what is measured in one go. */
export class Stint {
  #agent = new Agent({ keepAlive: true });
  #changes = 0;

  constructor(server, crowds, { size, stepLimitMs, token }) {
    Object.assign(this, { server, crowds, size, stepLimitMs, token });
  }

  /** Nobody is connected yet. */
  static async start(kind, size, { workspace, plan }) {
    const env = kind === 'amicus' ? workspace.copy(size) : {};
    const [server, ...crowds] = await Promise.all([
      Child.start(`./servers/${kind}.mjs`, [], env),
      ...Array.from({ length: LISTENER_PROCESSES }, (_, index) =>
        Child.start('./listeners.mjs', [String((size / LISTENER_PROCESSES) * index)]),
      ),
    ]);
    const token = await signToken(STAR);
    return new Stint(server, crowds, { size, stepLimitMs: plan.stepLimitMs, token });
  }

  async stop() {
    this.#agent.destroy();
    await Promise.all([this.server, ...this.crowds].map((child) => child.kill()));
  }

  /** Asks every process of listeners. */
  askAll(name, argument) {
    const answers = Promise.all(this.crowds.map((crowd) => crowd.ask(name, argument)));
    return within(this.stepLimitMs, name, answers);
  }

  async open(total = this.size) {
    const { port, path } = this.server.ready;
    await this.askAll('open', { address: { port, path }, total: total / LISTENER_PROCESSES });
  }

  /** One change of the star's profile; resolves when it is answered. */
  async change() {
    await this.#post(toNick(++this.#changes));
  }

  /** One change, until every listener has it. Times are counted from the moment in which the server commits it. */
  async broadcast() {
    const cpuMs = await this.server.ask('cpuMs');
    await this.askAll('watch', toNick(this.#changes + 1));
    await this.server.ask('watchCommit');
    const [parts] = await Promise.all([this.askAll('delivered'), this.change()]);
    const { committedMs, appendedMs, writtenMs, deliveryCpuMs } = await this.server.ask('commits');
    return {
      change: {
        appendedMs: round(appendedMs - committedMs),
        writtenMs: round(writtenMs - committedMs),
        firstMs: round(Math.min(...parts.map((part) => part.firstMs)) - committedMs),
        lastMs: round(Math.max(...parts.map((part) => part.lastMs)) - committedMs),
        deliveryCpuMs: round(deliveryCpuMs),
        cpuMs: round((await this.server.ask('cpuMs')) - cpuMs),
      },
      sample: parts[0].sample,
    };
  }

  /** The accounts of all listeners as one. */
  async tally() {
    const total = { live: 0, events: 0, lost: 0, doubled: 0 };
    for (const part of await this.askAll('tally')) for (const key in total) total[key] += part[key];
    return total;
  }

  #post(nick) {
    const { port, changePath } = this.server.ready;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.token}` };
    const post = new Promise((resolve, reject) => {
      const asked = request(
        { host: '127.0.0.1', port, path: changePath, method: 'POST', headers, agent: this.#agent },
        (response) => {
          response.setEncoding('utf8');
          let text = '';
          response.on('data', (part) => (text += part));
          response.on('end', () => {
            if (response.statusCode === 200 && !text.includes('"errors"')) resolve();
            else reject(new Error(`the change was answered ${response.statusCode} ${text}`));
          });
        },
      );
      asked.on('error', reject);
      asked.end(JSON.stringify({ query: CHANGE, variables: { nick } }));
    });
    return within(this.stepLimitMs, 'a change', post);
  }
}

const round = (value) => Math.round(value * 100) / 100;
