import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { STAR, toUserID } from './document.mjs';
import { SECRET } from './tokens.mjs';

/** A folder with a database per size, in each of which the owners are friends with that many users. */
export class Workspace {
  #folder;
  #copies = 0;

  constructor(folder) {
    this.#folder = folder;
  }

  prepare(size, owners = [STAR]) {
    const edges = join(this.#folder, `edges-${size}`);
    const lines = Array.from({ length: size }, (_, index) =>
      owners.map((owner) => `${owner} ${toUserID(index)}\n`),
    );
    writeFileSync(edges, lines.flat().join(''));
    runCommand(['import', '--edges', edges], this.#toEnv(this.#toDataDir(size)));
  }

  /** The environment of an Amicus over a database of its own, as `prepare` made it. */
  copy(size) {
    const dataDir = join(this.#folder, `copy-${++this.#copies}`);
    cpSync(this.#toDataDir(size), dataDir, { recursive: true });
    return this.#toEnv(dataDir);
  }

  #toDataDir(size) {
    return join(this.#folder, `data-${size}`);
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
