import type { Command } from 'commander';
import { exportAll } from './export';
import type { Terminal } from './terminal';

/** The commands that copy and move all data. */
export function addDataCommands(program: Command, terminal: Terminal): void {
  program
    .command('export')
    .description('write all data to a file that `amicus import --all` takes, on either database')
    .argument('<file>', 'where to, refused when it is there; - for standard output')
    .option('--overwrite', 'replace a file that is there', false)
    .action((path: string, { overwrite }: { overwrite: boolean }) =>
      exportAll(terminal, { path, isOverwriting: overwrite }),
    );
}
