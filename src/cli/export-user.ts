import { OPERATOR, withServices } from './beside-server';
import { CommandError } from './failure';
import type { Terminal } from './terminal';

/** Everything that is kept of a user, as one JSON document. */
export function exportUser(terminal: Terminal, userID: string): Promise<void> {
  return withServices(terminal, 'the query exportUser', async ({ exports }) => {
    const found = await exports.export(OPERATOR, userID);
    if (found === null) throw new CommandError(`there is no user ${userID}`);
    terminal.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  });
}
