import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { migrateDatabase } from '../../src/database/open-database';
import type { OwnProgram } from './own-program';
import { createPostgresFolder, initPostgres, runPostgresProgram, startPostgres } from './postgres-programs';
import { withClient } from './postgres-server';
import { findFreePort } from './redis-server';

const SETTINGS = {
  fsync: 'off',
  shared_buffers: '16MB',
  // Not by a clock: a query must not be ended because it is in the way of what is to be replayed.
  max_standby_streaming_delay: '-1',
};

/** A PostgreSQL that has the schema, and a replica that follows it by streaming. */
export class PostgresPair {
  private standby: OwnProgram | null = null;

  private constructor(
    private readonly folder: string,
    private primary: OwnProgram,
    private readonly ports: { primary: number; standby: number },
  ) {}

  static async start(): Promise<PostgresPair> {
    const folder = await createPostgresFolder();
    const ports = { primary: await findFreePort(), standby: await findFreePort() };
    const [data, copy] = [join(folder, 'primary'), join(folder, 'standby')];
    await initPostgres(data);
    const pair = new PostgresPair(folder, await start(data, ports.primary), ports);
    await migrateDatabase({ dataDir: '', databaseUrl: pair.url });
    const how = ['-R', '-X', 'stream', '-c', 'fast', '--no-sync'];
    await runPostgresProgram('pg_basebackup', ['-d', pair.url, '-D', copy, ...how], copy);
    await pair.startStandby();
    return pair;
  }

  get url(): string {
    return `postgres://amicus@127.0.0.1:${this.ports.primary}/postgres`;
  }

  get replicaUrl(): string {
    return `postgres://amicus@127.0.0.1:${this.ports.standby}/postgres`;
  }

  async startStandby(): Promise<void> {
    this.standby = await start(join(this.folder, 'standby'), this.ports.standby);
  }

  /** Ends the replica at once, with all connections to it. */
  async killStandby(): Promise<void> {
    await this.standby?.end();
    this.standby = null;
  }

  /**
   * The replica takes the primary's part, without the last of its log. What was the primary comes back as a replica that
   * has all of it and that nobody sends anything: it stays on the old timeline, ahead of the new one.
   */
  async failOver(): Promise<void> {
    await this.killStandby();
    await withClient(this.url, async (client) => {
      for (let segment = 0; segment < 3; segment++) {
        await client.query(`SELECT pg_logical_emit_message(false, 'test', 'more')`);
        await client.query('SELECT pg_switch_wal()');
      }
    });
    await this.primary.end();
    await this.startStandby();
    await withClient(this.replicaUrl, (client) => client.query('SELECT pg_promote()'));
    const data = join(this.folder, 'primary');
    await writeFile(join(data, 'standby.signal'), '');
    this.primary = await start(data, this.ports.primary);
  }

  /** From now on the replica takes what the primary sends and does not show it. */
  async pause(): Promise<void> {
    await withClient(this.replicaUrl, async (client) => {
      await client.query('SELECT pg_wal_replay_pause()');
      const state = 'SELECT pg_get_wal_replay_pause_state() AS state';
      while ((await client.query<{ state: string }>(state)).rows[0]?.state !== 'paused') await delay(20);
    });
  }

  async resume(): Promise<void> {
    await withClient(this.replicaUrl, (client) => client.query('SELECT pg_wal_replay_resume()'));
  }

  async remove(): Promise<void> {
    await this.killStandby();
    await this.primary.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function start(data: string, port: number): Promise<OwnProgram> {
  const options = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return startPostgres(data, port, options);
}
