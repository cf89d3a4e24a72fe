import { openSqlite } from '../open-sqlite.mjs';

/** Statements compiled once, on one connection; every commit is on the disk when it returns, as it is with Amicus. */
export async function connectSqlite(url) {
  const database = await openSqlite(url.slice('sqlite:'.length));
  database.exec('PRAGMA synchronous = FULL');
  const prepared = new Map();
  const all = (sql, values) => {
    const { statement, order, givesRows } = prepared.get(sql) ?? prepare(sql);
    const bound = order.map((index) => values[index]);
    if (givesRows) return statement.all(...bound);
    statement.run(...bound);
    return [];
  };
  function prepare(sql) {
    const order = [];
    const text = sql.replace(/\$(\d)/g, (_token, digit) => {
      order.push(Number(digit) - 1);
      return '?';
    });
    const givesRows = /^SELECT|RETURNING/.test(sql);
    prepared.set(sql, { statement: database.prepare(text), order, givesRows });
    return prepared.get(sql);
  }
  let last = Promise.resolve();
  return {
    engine: 'sqlite',
    toList: (ids) => JSON.stringify(ids),
    all,
    /** One after the other: they share the connection. */
    transaction: (work) => {
      const done = last.then(async () => {
        database.exec('BEGIN IMMEDIATE');
        try {
          const result = await work(all);
          database.exec('COMMIT');
          return result;
        } catch (error) {
          database.exec('ROLLBACK');
          throw error;
        }
      });
      last = done.catch(() => undefined);
      return done;
    },
  };
}
