import { Socket } from 'node:net';
import { Client } from 'pg';
import type { PoolerSetting } from './postgres-config';
import { requireOwnConnection } from './postgres-pooler';

/** A notification's payload must stay below 8,000 bytes. */
export const NOTIFICATION_MAX_BYTES = 7_999;
/** To connect, and for one answer. */
const TIMEOUT_MS = 5_000;
/** How long the server may take to say good-bye. */
const CLOSE_MS = 1_000;
/**
 * What is told may be lost anyhow, so it need not wait for the disk. Every transaction that notifies takes one lock
 * of the whole server until it is committed: therefore never within one that changes something.
 */
const SESSION = 'SET synchronous_commit = off';
const NOTIFY = 'SELECT pg_notify($1, text) FROM unnest($2::text[]) AS text';

export interface Notifications {
  /** In this order, each to everybody who listens at this database, oneself included. */
  notify(texts: readonly string[]): Promise<void>;
  /** Resolves when the connection is gone; never rejects. */
  close(): Promise<void>;
}

export interface NotificationOptions {
  url: string;
  /** What stands between; with `session` the connection is taken for PostgreSQL's own. */
  pooler: PoolerSetting;
  channel: string;
  onText: (text: string) => void;
  /** The connection is lost. May be called more than once. */
  onLost: (error: unknown) => void;
}

/** Listens on a connection of its own. Rejects with nothing left open. */
export async function openNotifications(options: NotificationOptions): Promise<Notifications> {
  const { url, pooler, channel, onText, onLost } = options;
  // Of its own making, so that it can be let go when the server does not answer any more.
  const socket = new Socket();
  const client = new Client({
    connectionString: url,
    application_name: 'amicus-bus',
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    keepAlive: true,
    stream: () => socket,
  });
  client.on('error', onLost);
  client.on('end', () => {
    onLost(new Error('The connection for notifications has ended.'));
  });
  client.on('notification', ({ payload = '' }) => {
    onText(payload);
  });
  const close = async (): Promise<void> => {
    const timer = setTimeout(() => socket.destroy(), CLOSE_MS);
    await client.end().catch(() => undefined);
    clearTimeout(timer);
  };
  try {
    await client.connect();
    // Before the first setting, which would stay on a connection that is somebody else's afterwards.
    if (pooler !== 'session') await requireOwnConnection(client);
    await client.query(`${SESSION}; LISTEN ${client.escapeIdentifier(channel)}`);
  } catch (error) {
    socket.destroy();
    await close();
    throw error;
  }
  return {
    notify: async (texts) => {
      await client.query(NOTIFY, [channel, texts]);
    },
    close,
  };
}
