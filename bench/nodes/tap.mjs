import pg from 'pg';
import { createClient } from 'redis';

/** Counts what goes over the bus, as one more listener. */
export class Tap {
  messages = 0;
  bytes = 0;

  static async openPostgres(url) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const tap = new Tap();
    client.on('notification', ({ payload }) => tap.#count(payload));
    await client.query('LISTEN amicus_bus');
    tap.close = () => client.end();
    return tap;
  }

  static async openRedis(url, prefix) {
    const client = createClient({ url });
    await client.connect();
    const tap = new Tap();
    await client.subscribe(`${prefix}:bus`, (text) => tap.#count(text));
    tap.close = () => client.destroy();
    return tap;
  }

  #count(text) {
    // The probes by which a server asks itself whether it hears are not traffic of events.
    if (text.includes('probe')) return;
    this.messages++;
    this.bytes += Buffer.byteLength(text);
  }
}
