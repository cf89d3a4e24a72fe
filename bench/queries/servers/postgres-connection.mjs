import pg from 'pg';

/** As many as Amicus has for reads. */
const CONNECTIONS = 10;

/** Named statements, parsed and planned once on every connection. */
export function connectPostgres(url) {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, idleTimeoutMillis: 60_000 });
  const names = new Map();
  const toNamed = (text, values) => {
    const name = names.get(text) ?? `bench_${names.size}`;
    names.set(text, name);
    return { name, text, values };
  };
  const allOn = (client) => async (sql, values) => (await client.query(toNamed(sql, values))).rows;
  return {
    engine: 'postgres',
    toList: (ids) => ids,
    all: allOn(pool),
    transaction: async (work) => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const result = await work(allOn(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
  };
}
