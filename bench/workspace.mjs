import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STAR, toUserID } from './document.mjs';
import { SECRET } from './tokens.mjs';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** A temporary folder with a database per size, in each of which the star is in the list of that many users. */
export class Workspace {
  folder = mkdtempSync(join(tmpdir(), 'amicus-bench-'));
  #copies = 0;

  prepare(size) {
    const edges = join(this.folder, `edges-${size}`);
    writeFileSync(edges, Array.from({ length: size }, (_, index) => `${STAR} ${toUserID(index)}\n`).join(''));
    const env = this.#toEnv(this.#toDataDir(size));
    execFileSync(process.execPath, [MAIN, 'import', '--edges', edges], { env, stdio: 'pipe' });
  }

  /** The environment of an Amicus over a database of its own, as `prepare` made it. */
  copy(size) {
    const dataDir = join(this.folder, `copy-${++this.#copies}`);
    cpSync(this.#toDataDir(size), dataDir, { recursive: true });
    return this.#toEnv(dataDir);
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #toDataDir(size) {
    return join(this.folder, `data-${size}`);
  }

  #toEnv(dataDir) {
    return {
      NODE_ENV: 'production',
      AMICUS_DATA_DIR: dataDir,
      AMICUS_PORT: '0',
      AMICUS_LOG_LEVEL: 'fatal',
      AMICUS_JWT_SECRET: SECRET,
      // The star has all listeners in its own list, too.
      AMICUS_LIMIT_FRIENDS: '100000',
      // All of them come from one address, at once.
      AMICUS_RATE_CONNECTS: '2000000000',
      AMICUS_RATE_REQUESTS: '2000000000',
      AMICUS_RATE_MUTATIONS: '2000000000',
    };
  }
}
