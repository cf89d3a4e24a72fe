import { loadConfig } from '../config';
import { countRows, fillEmptyDatabase } from '../database/empty-database';
import { RowInserts } from '../database/row-inserts';
import type { Database, SqlValue, Transaction } from '../database/sql';
import type { Table } from '../database/tables';
import { isBefore, readUserRows } from '../database/user-rows';
import { ExportTally, summarize, toRowLine, type UserEnd } from './export-format';
import { readExport } from './export-reader';
import { CommandError } from './failure';
import { CountedBytes, type ImportSource, loadImportSource } from './import-source';
import { openUnbounded } from './open-unbounded';
import { Progress } from './progress';
import type { Terminal } from './terminal';

/** Users that are read back and compared together, and rows after which that is done with fewer of them. */
const USERS_PER_CHECK = 1_000;
const ROWS_PER_CHECK = 20_000;

/**
 * Imports an export into the empty database of this configuration: all of it, or nothing. What was stored is read back
 * and compared, user by user, with what the export says. Prints the counts.
 */
export async function importAll(terminal: Terminal, path: string): Promise<void> {
  const config = loadConfig(terminal.env);
  const source = await loadImportSource(path, terminal.stdin);
  await using database = await openUnbounded(config);
  const progress = new Progress(terminal.stderr, source.label, source.sizeBytes);
  let summary = '';
  try {
    await fillEmptyDatabase(database, async (tx) => {
      summary = summarize(await new FullImport(database, tx, source.label).run(source, progress));
    });
  } finally {
    progress.leave();
  }
  terminal.stdout.write(`imported and compared ${summary}\n`);
}

/** One run; its transaction may be run again, by a new one. */
class FullImport {
  private readonly inserts: RowInserts;
  /** Of what the database holds. */
  private readonly stored = new ExportTally();
  /** What the file says of the users who were stored since the last comparison. */
  private ends: UserEnd[] = [];
  private rows = 0;
  /** The keys of the rows since the last end of a user. */
  private readonly keys = new Set<string>();
  /** The last user that was compared. */
  private compared = '';

  constructor(
    database: Database,
    private readonly tx: Transaction,
    private readonly label: string,
  ) {
    this.inserts = new RowInserts(tx, database.dialect);
  }

  async run(source: ImportSource, progress: Progress): Promise<ExportTally> {
    const bytes = new CountedBytes(source.open());
    let last = '';
    let lines = 0;
    for await (const read of readExport(bytes, this.label)) {
      lines = read.line;
      switch (read.kind) {
        case 'row':
          // Ends of users come in order, and what is read back between them is theirs.
          if (!isBefore(last, read.userID))
            throw this.refuse(read.line, `has a row of ${read.userID} behind its end`);
          if (!this.addKey(read.table, read.values))
            throw this.refuse(read.line, `has a row of ${read.userID} for the second time`);
          await this.inserts.add(read.table, read.values);
          this.rows += 1;
          break;
        case 'userEnd':
          if (!isBefore(last, read.user))
            throw this.refuse(read.line, `${read.user} is not in the order of the users`);
          last = read.user;
          this.keys.clear();
          this.ends.push({ user: read.user, digest: read.digest });
          if (this.ends.length >= USERS_PER_CHECK || this.rows >= ROWS_PER_CHECK) await this.compare();
          break;
        case 'footer': {
          await this.compare();
          const { end, users, rows, digest } = read;
          await this.compareCounts(JSON.stringify({ end, users, rows, digest }), read.line);
        }
      }
      progress.update(lines, bytes.count);
    }
    progress.end(lines, bytes.count);
    return this.stored;
  }

  /** False for a row that was there: the database would tell of it with no line, and many rows later. */
  private addKey({ name, columns, key }: Table, values: readonly SqlValue[]): boolean {
    const count = this.keys.size;
    const own = values.filter((_, index) => key.includes(columns[index]?.name ?? ''));
    this.keys.add(JSON.stringify([name, ...own]));
    return this.keys.size > count;
  }

  /** Reads back what was stored since the last time. */
  private async compare(): Promise<void> {
    await this.inserts.flush();
    const upTo = this.ends.at(-1)?.user ?? this.compared;
    let index = 0;
    let current: string | null = null;
    const end = (): void => {
      const wanted = this.ends[index++];
      if (current === null) return;
      const got = this.stored.endUser(current);
      if (wanted?.user !== got.user || wanted.digest !== got.digest)
        throw this.differ(wanted?.user ?? got.user);
    };
    for await (const { userID, table, values } of readUserRows(this.tx, { after: this.compared, upTo })) {
      if (current !== null && userID !== current) end();
      current = userID;
      this.stored.addRow(table, toRowLine(table, values));
    }
    if (current !== null) end();
    const missing = this.ends[index];
    if (missing !== undefined) throw this.differ(missing.user);
    this.compared = upTo;
    this.ends = [];
    this.rows = 0;
  }

  private async compareCounts(footer: string, line: number): Promise<void> {
    const counts = await countRows(this.tx);
    const isSame =
      footer === JSON.stringify(this.stored.toFooter()) &&
      JSON.stringify(counts) === JSON.stringify(this.stored.rows);
    if (!isSame) throw this.refuse(line, 'does not agree with what was stored');
  }

  private differ(userID: string): CommandError {
    return new CommandError(
      `${this.label}: what was stored of ${userID} is not what was exported; nothing was imported`,
    );
  }

  private refuse(line: number, problem: string): CommandError {
    return new CommandError(`${this.label}:${line}: ${problem}; nothing was imported`);
  }
}
