import { OPERATOR, withServices } from './beside-server';
import { writeAll } from './json-output';
import type { Terminal } from './terminal';

/** The audit log, of all or of one user; one JSON object a line, newest first. */
export function printAudit(terminal: Terminal, userID: string | null): Promise<void> {
  return withServices(terminal, 'the query auditLog', ({ audit }) =>
    writeAll(
      terminal.stdout,
      (after) => audit.loadPage(OPERATOR, userID, { after }),
      (entry) => entry,
    ),
  );
}
