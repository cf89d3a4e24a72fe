import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { env as inherited } from 'node:process';
import { fileURLToPath } from 'node:url';

/** All that run, so that no way out of the benchmark leaves one behind. */
const running = new Set();

export function killAll() {
  for (const child of running) child.kill('SIGKILL');
}

/** Starts a program that `killAll` ends. */
export function start(program, args, options) {
  const child = spawn(program, args, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** A Node process that is asked questions over a channel; see control.mjs for its end. */
export class Child {
  /** What it said first. */
  ready = {};
  #waiting = new Map();
  #lastID = 0;
  #gone = null;

  constructor(script, args, env) {
    // A soft limit of 1,024 files is usual, and every listener is one.
    this.process = start(
      'sh',
      ['-c', 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"', process.execPath, '--expose-gc', script, ...args],
      {
        env: { ...inherited, NODE_ENV: 'production', ...env },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      },
    );
    this.process.on('message', (message) => this.#take(message));
    this.process.once('exit', (code, signal) => {
      this.#gone = new Error(`${script} ended (${code ?? signal})`);
      for (const { reject } of this.#waiting.values()) reject(this.#gone);
    });
  }

  /** Resolves when the process is ready to be asked. */
  static async start(name, args = [], env = {}) {
    const child = new Child(fileURLToPath(new URL(name, import.meta.url)), args, env);
    await new Promise((resolve, reject) => child.#waiting.set(0, { resolve, reject }));
    return child;
  }

  /** Rejects when the process answers with an error, or ends. */
  ask(name, argument) {
    if (this.#gone !== null) return Promise.reject(this.#gone);
    const id = ++this.#lastID;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.process.send({ id, name, argument });
    });
  }

  /** At once, without saying good-bye to anybody. */
  async kill() {
    if (this.#gone !== null) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
  }

  #take({ id = 0, ready, value, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (ready !== undefined) this.ready = ready;
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(error));
  }
}
