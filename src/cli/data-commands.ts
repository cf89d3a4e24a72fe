import type { Command } from 'commander';
import { backUp } from './backup';
import { exportAll } from './export';
import { renewEpoch } from './new-epoch';
import { restore } from './restore';
import type { Terminal } from './terminal';

/** The commands that copy, bring back and move all data. */
export function addDataCommands(program: Command, terminal: Terminal): void {
  program
    .command('backup')
    .description('copy the embedded database to a file, also while a server runs')
    .argument('<file>', 'where to; refused when it is there')
    .option('--overwrite', 'replace a file that is there')
    .action((path: string, { overwrite = false }: { overwrite?: boolean }) =>
      backUp(terminal, { path, isOverwriting: overwrite }),
    );
  program
    .command('restore')
    .description('put a backup into the data folder, which no server may have open')
    .argument('<file>', 'what `amicus backup` wrote')
    .option('--replace', 'keep a database that is there aside')
    .action((path: string, { replace = false }: { replace?: boolean }) =>
      restore(terminal, { path, isReplacing: replace }),
    );
  program
    .command('new-epoch')
    .description('make clients read again, after a database was restored by its own means')
    .action(() => renewEpoch(terminal));
  program
    .command('export')
    .description('write all data to a file that `amicus import --all` takes, on either database')
    .argument('<file>', 'where to, refused when it is there; - for standard output')
    .option('--overwrite', 'replace a file that is there')
    .action((path: string, { overwrite = false }: { overwrite?: boolean }) =>
      exportAll(terminal, { path, isOverwriting: overwrite }),
    );
}
