import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OwnProgram } from './own-program';
import { createPostgresFolder, initPostgres, startPostgres } from './postgres-programs';
import { findFreePort } from './redis-server';

/** A PostgreSQL of the test's own, with a database of its own, which it may kill. */
export class PostgresServer {
  private program: OwnProgram | null = null;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly options: readonly string[],
  ) {}

  /** @param options - of the command line, such as `-c fsync=off` */
  static async start(options: readonly string[] = []): Promise<PostgresServer> {
    const server = new PostgresServer(await findFreePort(), await createPostgresFolder(), options);
    await initPostgres(server.data);
    await server.run();
    return server;
  }

  get url(): string {
    return this.toUrl(`127.0.0.1:${this.port}`);
  }

  /** The same database by another way. */
  toUrl(address: string): string {
    return `postgres://amicus@${address}/postgres`;
  }

  /** Starts the process, on the same port each time, and resolves when it takes connections. */
  async run(): Promise<void> {
    this.program = await startPostgres(this.data, this.port, this.options);
  }

  /** Ends all processes at once, without a checkpoint: the next start recovers, as after a crash. */
  async crash(): Promise<void> {
    await this.program?.end();
    this.program = null;
  }

  async remove(): Promise<void> {
    await this.crash();
    await rm(this.folder, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.folder, 'data');
  }
}
