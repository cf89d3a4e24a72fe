import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killAll } from './children.mjs';
import { ROOT, writeResult } from './files.mjs';

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * Runs a benchmark in a temporary folder. However it ends, by a signal too, none of its children goes on afterwards, and the
 * folder and the databases that `made` was told of are gone.
 *
 * @param {boolean} isShort - the numbers of a short form say nothing and are not kept
 * @param {(run: Run) => Promise<void>} measure
 *
 * @typedef {object} Run
 * @property {string} folder
 * @property {(database: { remove(): Promise<void> }) => void} made
 * @property {(text: string) => void} say - how far it is
 * @property {(name: string, result: unknown) => Promise<string>} keep - gives below which root the report is to be written
 */
export async function runBenchmark(isShort, measure) {
  const folder = mkdtempSync(join(tmpdir(), 'amicus-bench-'));
  const databases = new Set();
  const remove = async () => {
    killAll();
    for (const database of databases) await database.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  let removed = null;
  const cleanUp = () => (removed ??= remove());
  for (const [signal, code] of Object.entries(EXIT_CODES))
    process.once(signal, () => void cleanUp().finally(() => process.exit(code)));

  const startedMs = performance.now();
  const say = (text) => {
    console.error(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(7)} s  ${text}`);
  };
  const keep = async (name, result) => {
    const root = isShort ? folder : ROOT;
    await writeResult(root, name, result);
    return root;
  };
  try {
    await measure({ folder, made: (database) => databases.add(database), say, keep });
  } finally {
    await cleanUp();
  }
}
