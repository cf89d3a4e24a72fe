import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { loadConfig } from '../config';
import { openSnapshot } from '../database/snapshot';
import type { Queryable } from '../database/sql';
import { readUserRows } from '../database/user-rows';
import { ExportTally, header, summarize, toRowLine } from './export-format';
import { type OutputFile, writeOutputFile } from './output-file';
import { Progress } from './progress';
import type { Terminal } from './terminal';

const CHUNK_LENGTH = 64 * 1024;

/**
 * Writes everything in the database of this configuration to a file, as it stands at one moment, and prints the
 * counts. Servers may be at work. A file that is there under its name is whole. The path `-` is standard output.
 */
export async function exportAll(terminal: Terminal, output: OutputFile): Promise<void> {
  const { dataDir, databaseUrl } = loadConfig(terminal.env);
  await using snapshot = await openSnapshot({ dataDir, databaseUrl });
  const tally = new ExportTally();
  const { path } = output;
  const toStdout = path === '-';
  const progress = new Progress(terminal.stderr, toStdout ? 'stdout' : path, null);
  const chunks = Readable.from(toChunks(toLines(snapshot, tally, progress)), { objectMode: false });
  if (toStdout) await pipeline(chunks, terminal.stdout, { end: false });
  else {
    await writeOutputFile(output, { dataDir, databaseUrl }, (draftPath) =>
      pipeline(chunks, createWriteStream(draftPath)),
    );
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
