import { InvalidArgumentError, type Command } from 'commander';
import type { SubjectInput } from '../auth/revocation.service';
import { isUserID } from '../lib/user-id';
import { printAudit } from './audit';
import { exportUser } from './export-user';
import { listRevocations, revoke, unrevoke } from './revoke';
import type { Terminal } from './terminal';

/** The commands about tokens and about what is kept of users. */
export function addSecurityCommands(program: Command, terminal: Terminal): void {
  addTokensCommand(program, 'revoke', 'refuse all tokens of a user, or one token', (input) =>
    revoke(terminal, input),
  );
  addTokensCommand(program, 'unrevoke', 'take back what revoke did', (input) => unrevoke(terminal, input));
  program
    .command('revocations')
    .description('print what is revoked, one JSON object a line')
    .action(() => listRevocations(terminal));
  program
    .command('audit')
    .description('print what administrators did, one JSON object a line, newest first')
    .option('--user <userid>', 'only acts by, as or on this user', toUserID)
    .action(({ user = null }: { user?: string | null }) => printAudit(terminal, user));
  program
    .command('export-user')
    .description('print everything that is kept of a user, as JSON')
    .argument('<userid>', 'whose data', toUserID)
    .action((userID: string) => exportUser(terminal, userID));
}

function addTokensCommand(
  program: Command,
  name: string,
  description: string,
  work: (input: SubjectInput) => Promise<void>,
): void {
  const command: Command = program
    .command(name)
    .description(description)
    .argument('[userid]', 'whose tokens, all that were issued until now', toUserID)
    .option('--token <jti>', 'the one token with this jti');
  command.action(async (userID: string | undefined, { token }: { token?: string }) => {
    if ((userID === undefined) === (token === undefined)) {
      command.error("error: give either a user id or '--token <jti>'");
    }
    await work(userID === undefined ? { tokenID: token ?? null } : { userID });
  });
}

/** @throws InvalidArgumentError, which commander shows */
export function toUserID(text: string): string {
  if (isUserID(text)) return text;
  throw new InvalidArgumentError('A user id is 1 to 32 characters of printable ASCII without blanks.');
}
