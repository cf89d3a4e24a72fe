import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, join } from 'node:path';

const SETTINGS = ['MODEL_RUNS', 'CHAOS_MS', 'FUZZ_INPUTS', 'ROLLING_ROUNDS'];

const runs: Record<string, string | number>[] = [];

/**
 * Keeps what the test that runs has counted, beside what the others of its suite did, in the folder that `LONG_RESULTS`
 * names; without it, nothing. bench/long-report.mjs makes a page of them.
 */
export function keepCounts(run: string, counts: Readonly<Record<string, number>>): void {
  const folder = process.env['LONG_RESULTS'];
  if (folder === undefined) return;
  runs.push({ run, ...counts });
  const asked = SETTINGS.filter((name) => name in process.env).map((name) => [name, process.env[name]]);
  const machine = { node: process.version, cores: cpus().length, processor: cpus()[0]?.model ?? 'unknown' };
  const result = {
    date: new Date().toISOString(),
    machine,
    asked: Object.fromEntries(asked) as unknown,
    runs,
  };
  const suite = basename(expect.getState().testPath ?? '', '.test.ts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `long-${suite}.json`), `${JSON.stringify(result, null, 2)}\n`);
}
