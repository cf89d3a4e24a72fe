import { openServices } from '../services';
import { loadConfig } from '../config';
import { UNBOUNDED } from '../database/postgres-config';
import { ImportService } from '../friends/import.service';
import { createUserCoercion } from '../graphql/coerce-user';
import { createExecutableSchema } from '../graphql/resolvers';
import { type CountingKind, createEdgeKind, createUserKind } from './import-kinds';
import { runImport } from './import-run';
import { loadImportSource } from './import-source';
import { Progress } from './progress';
import type { Terminal } from './terminal';

export interface ImportOptions {
  readonly kind: 'edges' | 'users';
  /** `-` for standard input. */
  readonly path: string;
  /** All or nothing: one transaction, which the first wrong line ends. */
  readonly isStrict: boolean;
}

/** Imports a file into the database of this configuration, which no server may have open, and prints the counts. */
export async function importFile(terminal: Terminal, options: ImportOptions): Promise<void> {
  const config = loadConfig(terminal.env);
  // Before the database, so that a wrong name leaves no data folder behind.
  const source = await loadImportSource(options.path, terminal.stdin);
  // With --strict all is one transaction, into which a file, or a pipe, may come slowly; and no client waits.
  const services = await openServices({ ...config, ...UNBOUNDED, queryTimeoutMs: 0, mutationTimeoutMs: 0 });
  try {
    const toUser = createUserCoercion(createExecutableSchema(services));
    const imports = new ImportService(services.database, services.users, services.relations, toUser);
    const progress = new Progress(terminal.stderr, source.label, source.sizeBytes);
    const run = { source, progress, isStrict: options.isStrict };
    const summary =
      options.kind === 'edges'
        ? await importKind(() => createEdgeKind(imports), run, imports)
        : await importKind(() => createUserKind(imports), run, imports);
    terminal.stdout.write(`${summary}\n`);
  } finally {
    await services.stop();
  }
}

async function importKind<Entry extends { readonly line: number }>(
  createKind: () => CountingKind<Entry>,
  run: Parameters<typeof runImport>[1],
  imports: ImportService,
): Promise<string> {
  const attempt = async (tx?: Parameters<typeof runImport>[2]): Promise<string> => {
    // Counted anew: the engine may run a transaction's work more than once.
    const kind = createKind();
    return kind.summarize(await runImport(kind, run, tx));
  };
  return run.isStrict ? imports.runAtomically(attempt) : attempt();
}
