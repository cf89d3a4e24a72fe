import type { Readable } from 'node:stream';
import type { Config } from '../../src/config';
import { type CommandOutcome, runCommand } from './run-command';
import { toEnvironment } from './seeded-store';
import { type ServerOptions, TestServer } from './server';
import type { Store } from './stores';

/** A database of a test's own that outlives the servers on it, for commands of the command line between them. */
export class Place {
  private constructor(
    readonly config: Partial<Config>,
    readonly drop: () => Promise<void>,
  ) {}

  static async create(store: Store): Promise<Place> {
    const { config, drop } = await store.create();
    return new Place(config, drop);
  }

  /** A server that leaves the database where it is when it stops. */
  serve(options: Pick<ServerOptions, 'config' | 'logTo'> = {}): Promise<TestServer> {
    const store: Store = {
      name: 'a place',
      create: () => Promise.resolve({ config: this.config, drop: () => Promise.resolve() }),
    };
    return TestServer.start({ ...options, store });
  }

  run(
    args: readonly string[],
    input?: string | Readable,
    env = toEnvironment(this.config),
  ): Promise<CommandOutcome> {
    return runCommand(args, env, input);
  }

  /** Rejects when the command fails. */
  async do(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(args);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  }
}
