// Measures backup, restore, export and import of 100,000 users with 1,000,000 friendship rows: time and peak memory of
// each command. Run `npm run build` first, then `node bench/move.mjs [postgres://an-empty-migrated-database]`.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { start } from './children.mjs';
import { MAIN } from './command.mjs';
import { openSqlite } from './queries/open-sqlite.mjs';
import { runBenchmark } from './run.mjs';

const USERS = 100_000;
const FRIENDS_EACH = 10;
const [databaseUrl] = process.argv.slice(2);

/** Prints what the command took. */
async function run(title, args, env) {
  const startedMs = performance.now();
  const child = start(process.execPath, [MAIN, ...args], {
    env: { AMICUS_LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let peak = '?';
  const watch = setInterval(() => {
    try {
      peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peak;
    } catch {
      // It has ended, or this is no Linux.
    }
  }, 20);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`${title} failed`);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`${title.padEnd(28)} ${seconds.padStart(6)} s  ${Math.round(peak / 1024)} MiB`);
}

/** Everybody has an event and is friends with the five before and the five behind, in a ring. */
function fill(database) {
  database.exec(`
    BEGIN;
    CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${USERS - 1})
      SELECT i, 'user' || i AS id, 1700000000000 + i AS ms FROM n;
    CREATE TEMP TABLE d AS WITH RECURSIVE d(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM d WHERE k < ${FRIENDS_EACH / 2})
      SELECT k FROM d UNION ALL SELECT ${USERS} - k FROM d;
    INSERT INTO "user" SELECT id, 'Nick ' || i, '', 'signature of ' || id, 'UNKNOWN', 0, 'NEED_CONFIRM', 'NONE', 0, 0, '[]', ms, ms FROM n;
    INSERT INTO friend SELECT id, 'user' || ((i + k) % ${USERS}), 'remark ' || k, 'AddSource_Type_bench', '', '[]', ms FROM n, d;
    INSERT INTO event_stream SELECT id, 'aaaaaaaaaaaa', 1, 0 FROM n;
    INSERT INTO event SELECT id, 1, 'SELF_INFO_UPDATED', '{}', ms FROM n;
    COMMIT;`);
}

await runBenchmark(false, async ({ folder }) => {
  const file = (name) => join(folder, name);
  const source = { AMICUS_DATA_DIR: file('source') };
  await run('migrate', ['migrate'], source);
  const database = await openSqlite(file('source/amicus.sqlite'));
  fill(database);
  database.close();
  await run('backup', ['backup', file('backup')], source);
  await run('restore', ['restore', file('backup')], { AMICUS_DATA_DIR: file('restored') });
  await run('export from SQLite', ['export', file('export')], source);
  await run('import --all into SQLite', ['import', '--all', file('export')], {
    AMICUS_DATA_DIR: file('target'),
  });
  if (databaseUrl !== undefined) {
    const target = { AMICUS_DATABASE_URL: databaseUrl };
    await run('import --all into PostgreSQL', ['import', '--all', file('export')], target);
    await run('export from PostgreSQL', ['export', file('again')], target);
    await run('new-epoch on PostgreSQL', ['new-epoch'], target);
    const isSame = readFileSync(file('export')).equals(readFileSync(file('again')));
    console.log(isSame ? 'both exports are the same' : 'THE EXPORTS DIFFER');
  }
  const toMiB = (name) => Math.round(statSync(file(name)).size / 1024 / 1024);
  console.log(`backup ${toMiB('backup')} MiB, export ${toMiB('export')} MiB`);
});
