import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { loadConfig } from '../config';
import { openSnapshot } from '../database/snapshot';
import type { Queryable } from '../database/sql';
import { readUserRows } from '../database/user-rows';
import { createFileDraft } from '../lib/file-draft';
import { ExportTally, header, summarize, toRowLine } from './export-format';
import { refuseOwnDatabase } from './own-database';
import { Progress } from './progress';
import type { Terminal } from './terminal';

const CHUNK_LENGTH = 64 * 1024;

export interface ExportOptions {
  /** `-` for standard output. */
  readonly path: string;
  readonly isOverwriting: boolean;
}

/**
 * Writes everything in the database of this configuration to a file, as it stands at one moment, and prints the
 * counts. Servers may be at work. A file that is there under its name is whole.
 */
export async function exportAll(terminal: Terminal, { path, isOverwriting }: ExportOptions): Promise<void> {
  const { dataDir, databaseUrl } = loadConfig(terminal.env);
  await using snapshot = await openSnapshot({ dataDir, databaseUrl: databaseUrl ?? undefined });
  const tally = new ExportTally();
  const toStdout = path === '-';
  const progress = new Progress(terminal.stderr, toStdout ? 'stdout' : path, null);
  const chunks = Readable.from(toChunks(toLines(snapshot, tally, progress)), { objectMode: false });
  if (toStdout) await pipeline(chunks, terminal.stdout, { end: false });
  else {
    if (databaseUrl === null) await refuseOwnDatabase(path, dataDir);
    const draft = await createFileDraft(path, isOverwriting);
    try {
      await pipeline(chunks, createWriteStream(draft.path));
      await draft.publish();
    } finally {
      await draft.discard();
    }
  }
  // Beside the file when that is standard output.
  (toStdout ? terminal.stderr : terminal.stdout).write(`exported ${summarize(tally)}\n`);
}

async function* toLines(source: Queryable, tally: ExportTally, progress: Progress): AsyncGenerator<string> {
  yield `${JSON.stringify(header)}\n`;
  let lines = 0;
  let current: string | null = null;
  for await (const { userID, table, values } of readUserRows(source)) {
    if (current !== null && userID !== current) yield `${JSON.stringify(tally.endUser(current))}\n`;
    current = userID;
    const line = toRowLine(table, values);
    tally.addRow(table, line);
    progress.update(++lines, 0);
    yield line;
  }
  if (current !== null) yield `${JSON.stringify(tally.endUser(current))}\n`;
  yield `${JSON.stringify(tally.toFooter())}\n`;
  progress.end(lines, 0);
}

/** Many lines at once: a stream takes its time for each piece. */
async function* toChunks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = '';
  for await (const line of lines) {
    chunk += line;
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}
