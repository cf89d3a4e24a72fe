import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { findDurationSeconds } from '../lib/duration';
import { addDataCommands } from './data-commands';
import { findVersion } from '../version';
import { toFailureText } from './failure';
import { importFile } from './import';
import { importAll } from './import-all';
import { requireWritten } from './json-output';
import { migrate } from './migrate';
import { addSecurityCommands, toUserID } from './security-commands';
import { serve } from './serve';
import type { Terminal } from './terminal';
import { printToken, type TokenOptions } from './token';

/**
 * Runs the command that the arguments name (those after the program's own name) and gives the exit code: 0 when it
 * did its work, 1 when it could not, 2 when the arguments are wrong. Never rejects.
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  // Who reads may go away. Unheard, that would end the process in the middle of its work.
  for (const output of [terminal.stdout, terminal.stderr]) output.on('error', () => undefined);
  try {
    const program = createProgram(terminal);
    program.hook('postAction', async (_program, command) => {
      // A server has done its work whoever read where it was.
      if (command.name() !== 'serve') await requireWritten(terminal.stdout);
    });
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has written its message already; help and version, asked for, are its errors with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    terminal.stderr.write(`amicus: ${toFailureText(error)}\n`);
    return 1;
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command('amicus')
    .description(
      'GraphQL gateway for user profiles and friendships. Settings: environment variables AMICUS_*.',
    )
    .version(findVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: (text, write) => {
        write(text.replace(/^error: /, 'amicus: '));
      },
    });
  program
    .command('serve')
    .description('run the server until SIGINT or SIGTERM')
    .action(() => serve(terminal));
  program
    .command('migrate')
    .description('bring the database to the newest schema')
    .action(() => migrate(terminal));
  program
    .command('token')
    .description('print a signed token for a user')
    .argument('<userid>', 'who the token speaks for', toUserID)
    .option('--admin', 'make it an administrator')
    .addOption(
      new Option('--expires <duration>', 'how long it is valid: 30s, 15m, 1h, 7d')
        .argParser(toSeconds)
        .default(3600, '1h'),
    )
    .action((userID: string, options: TokenOptions) => printToken(terminal, userID, options));
  addImport(program, terminal);
  addDataCommands(program, terminal);
  addSecurityCommands(program, terminal);
  return program;
}

function addImport(program: Command, terminal: Terminal): void {
  const command: Command = program
    .command('import')
    .description('import friendships, users or everything from a file, beside no running server')
    .addOption(new Option('--edges <file>', 'two user ids a line; - for standard input').conflicts('users'))
    .addOption(
      new Option('--users <file>', 'one JSON object a line; - for standard input').conflicts('edges'),
    )
    .addOption(
      new Option(
        '--all <file>',
        'what `amicus export` wrote, into an empty database; - for standard input',
      ).conflicts(['edges', 'users', 'strict']),
    )
    .option('--strict', 'all or nothing: stop at the first wrong line');
  command.action(async (options: { edges?: string; users?: string; all?: string; strict?: boolean }) => {
    if (options.all !== undefined) {
      await importAll(terminal, options.all);
      return;
    }
    const path = options.edges ?? options.users;
    if (path === undefined)
      command.error("error: one of '--edges <file>', '--users <file>' and '--all <file>' is required");
    const kind = options.edges === undefined ? 'users' : 'edges';
    await importFile(terminal, { kind, path, isStrict: options.strict === true });
  });
}

function toSeconds(text: string): number {
  const seconds = findDurationSeconds(text);
  if (seconds !== null) return seconds;
  throw new InvalidArgumentError(
    'Give a number and s, m, h or d, such as 30s, 15m, 1h or 7d; ten years at most.',
  );
}
