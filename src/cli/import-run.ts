import type { Transaction } from '../database/sql';
import { toBatches } from '../lib/batches';
import { toCount } from '../lib/count';
import { CommandError } from './failure';
import { CountedBytes, type ImportSource } from './import-source';
import type { Progress } from './progress';

const LINES_PER_BATCH = 2000;
const PROBLEMS_SHOWN = 20;

/** Why a line is not imported. */
export interface LineProblem {
  readonly line: number;
  readonly problem: string;
}

/** What one kind of file needs; an entry is a line that could be read. */
export interface ImportKind<Entry extends { readonly line: number }> {
  read(source: AsyncIterable<Uint8Array>): AsyncIterable<Entry | LineProblem>;
  /** Stores a batch, as one transaction or as part of `tx`, and gives the entries that were refused by their index. */
  store(
    entries: readonly Entry[],
    tx?: Transaction,
  ): Promise<readonly { readonly index: number; readonly reason: string }[]>;
}

export interface ImportRun {
  readonly source: ImportSource;
  readonly progress: Progress;
  /** The first line that would be skipped rejects the run with a CommandError. */
  readonly isStrict: boolean;
}

/**
 * Stores every line of the source, in order and in batches, and gives how many lines were skipped. Lines that are
 * wrong or refused are reported, the first twenty by name, and skipped. What was stored before a rejection stays,
 * unless `tx` is rolled back.
 */
export async function runImport<Entry extends { readonly line: number }>(
  kind: ImportKind<Entry>,
  { source, progress, isStrict }: ImportRun,
  tx?: Transaction,
): Promise<number> {
  let skipped = 0;
  let lines = 0;
  const bytes = new CountedBytes(source.open());
  try {
    for await (const batch of toBatches(kind.read(bytes), LINES_PER_BATCH)) {
      for (const { line, problem } of await storeBatch(kind, batch, tx)) {
        const report = `${source.label}:${line}: ${problem}`;
        if (isStrict) throw new CommandError(`${report}; nothing was imported`);
        skipped++;
        if (skipped <= PROBLEMS_SHOWN) progress.note(report);
      }
      lines = batch.at(-1)?.line ?? lines;
      progress.update(lines, bytes.count);
    }
    progress.end(lines, bytes.count);
  } finally {
    progress.leave();
  }
  if (skipped > PROBLEMS_SHOWN)
    progress.note(`… and ${toCount(skipped - PROBLEMS_SHOWN, 'more line')} skipped`);
  return skipped;
}

/** The lines of the batch that were not stored, in their order. */
async function storeBatch<Entry extends { readonly line: number }>(
  kind: ImportKind<Entry>,
  batch: readonly (Entry | LineProblem)[],
  tx?: Transaction,
): Promise<LineProblem[]> {
  const entries: Entry[] = [];
  const problems: LineProblem[] = [];
  for (const read of batch) {
    if (isProblem(read)) problems.push(read);
    else entries.push(read);
  }
  const refused = entries.length === 0 ? [] : await kind.store(entries, tx);
  for (const { index, reason } of refused) {
    const line = entries[index]?.line;
    if (line !== undefined) problems.push({ line, problem: reason });
  }
  return problems.sort((left, right) => left.line - right.line);
}

function isProblem(read: object): read is LineProblem {
  return 'problem' in read;
}
