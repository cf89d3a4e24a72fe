import { NodeSqlite, findNodeSqlite } from './node-sqlite';
import type { SqliteModule } from './sqlite-driver';

export type SqliteEngine = 'node:sqlite' | 'better-sqlite3';

/**
 * The SQLite that this process can use: Node's own where there is one (Node 22.16 and later), else better-sqlite3.
 * With `engine` that one and no other. Throws an Error that says what to do when it cannot be loaded.
 */
export function loadSqliteModule(engine?: SqliteEngine): SqliteModule {
  const wanted = engine ?? (findNodeSqlite() === null ? 'better-sqlite3' : 'node:sqlite');
  return wanted === 'node:sqlite' ? loadNodeSqlite() : loadBetterSqlite();
}

function loadNodeSqlite(): SqliteModule {
  if (findNodeSqlite() === null) {
    throw new Error(`Node ${process.versions.node} brings no usable node:sqlite: use Node 22.16 or later.`);
  }
  return NodeSqlite;
}

function loadBetterSqlite(): SqliteModule {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- optional, and only asked for on Node 20
    const module = require('better-sqlite3') as SqliteModule;
    // The package loads without its binary; only opening something shows whether that is there and fits this Node.
    new module(':memory:').close();
    return module;
  } catch (error) {
    throw new Error(
      'No SQLite for the embedded database: use Node 22.16 or later, which brings its own, or make better-sqlite3 ' +
        'work with this Node: `npm rebuild better-sqlite3`, with python3, make and a C++ compiler installed.',
      { cause: error },
    );
  }
}
