import { once } from 'node:events';

/** Rows that are sent at once. */
const ROWS_PER_CHUNK = 2000;

/** `COPY … FROM STDIN` of rows, each a list of values without tabs, line ends and backslashes; as fast as it is taken. */
export function copyIn(client, table, columns, rows) {
  return new Promise((resolve, reject) => {
    client.query(new CopyIn(`COPY ${table} (${columns.join(', ')}) FROM STDIN`, rows, resolve, reject));
  });
}

/** What `pg` calls of a query while it is the active one. */
class CopyIn {
  #sql;
  #rows;
  #resolve;
  #reject;

  constructor(sql, rows, resolve, reject) {
    this.#sql = sql;
    this.#rows = rows;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection) {
    connection.query(this.#sql);
  }

  async handleCopyInResponse(connection) {
    let lines = [];
    for (const row of this.#rows) {
      lines.push(row.join('\t'));
      if (lines.length < ROWS_PER_CHUNK) continue;
      await send(connection, lines);
      lines = [];
    }
    await send(connection, lines);
    connection.endCopyFrom();
  }

  handleCommandComplete() {}

  handleReadyForQuery() {
    this.#resolve();
  }

  handleError(error) {
    this.#reject(error);
  }
}

async function send(connection, lines) {
  if (lines.length === 0) return;
  connection.sendCopyFromChunk(Buffer.from(`${lines.join('\n')}\n`));
  if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
}
