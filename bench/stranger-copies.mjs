/**
 * What a copy of a stranger's profile takes: `node bench/stranger-copies.mjs`, after `npm run build`. One
 * line per number of viewers of each profile, with the measured bytes and those that the cache counts.
 */
import { execFileSync } from 'node:child_process';
import { toOwnText } from '../dist/lib/own-text.js';
import { RowProfile } from '../dist/users/profile-row.js';
import { StrangerCache } from '../dist/users/stranger-cache.js';

const COPIES = 100_000;

/** As it is read from a row. */
function createProfile(index) {
  const atMs = 1_700_000_000_000 + index;
  const row = [
    atMs,
    atMs,
    `stranger-${String(index).padStart(6, '0')}`,
    `Nick of ${index}`,
    `https://faces.example/${index}/large.png`,
    `A sentence that ${index} found good enough to be seen under.`,
    'UNKNOWN',
    19_900_101,
    'NEED_CONFIRM',
    0,
    0,
    `[{"key":"city","value":"Town ${index}"}]`,
  ];
  return new RowProfile(row, 0);
}

async function readHeap() {
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage().heapUsed;
}

/** In a process of its own: what another cache left behind would be counted too. */
async function measure(viewers) {
  const before = await readHeap();
  const cache = new StrangerCache({ now: () => Date.now() });
  let user;
  for (let copy = 0; copy < COPIES; copy++) {
    if (copy % viewers === 0) user = createProfile(copy / viewers);
    // A text of its own, as each row has one.
    const userID = toOwnText(user.id);
    cache.keep(
      `viewer-${String(copy % viewers).padStart(6, '0')}`,
      { userID, user, fetchedAt: new Date() },
      cache.mark(),
    );
  }
  const bytes = (await readHeap()) - before;
  const { entries, bytes: counted } = cache.stats;
  console.log(
    `${viewers} viewers a profile: ${Math.round(bytes / entries)} bytes a copy, ` +
      `${Math.round(counted / entries)} counted (${entries} copies)`,
  );
}

const [, script, viewers] = process.argv;
if (viewers !== undefined) await measure(Number(viewers));
else
  for (const count of ['1', '10', '100', '1000'])
    execFileSync(process.execPath, ['--expose-gc', script, count], { stdio: 'inherit' });
