import type { SubjectInput } from '../auth/revocation.service';
import type { Services } from '../services';
import { OPERATOR, withServices } from './beside-server';
import { CommandError } from './failure';
import { writeAll } from './json-output';
import type { Terminal } from './terminal';

/** Refuses all tokens of a user, or one token. */
export function revoke(terminal: Terminal, input: SubjectInput): Promise<void> {
  return withServices(terminal, 'the mutation revokeTokens', async (services) => {
    const { revokedAt } = await perform(services, 'revokeTokens', input, () =>
      services.revocations.revoke(OPERATOR, input),
    );
    terminal.stdout.write(`revoked ${toText(input)} (${revokedAt.toISOString()})\n`);
  });
}

/** Takes that back. */
export function unrevoke(terminal: Terminal, input: SubjectInput): Promise<void> {
  return withServices(terminal, 'the mutation restoreTokens', async (services) => {
    const found = await perform(services, 'restoreTokens', input, () =>
      services.revocations.restore(OPERATOR, input),
    );
    if (found === null) throw new CommandError(`nothing to take back, not revoked: ${toText(input)}`);
    terminal.stdout.write(`restored ${toText(input)}\n`);
  });
}

/** One JSON object a line, newest first. */
export function listRevocations(terminal: Terminal): Promise<void> {
  return withServices(terminal, 'the query revocations', ({ revocations }) =>
    writeAll(
      terminal.stdout,
      (after) => revocations.loadPage(OPERATOR, { after }),
      ({ userID, tokenID, revokedAt }) => ({ userID, tokenID, revokedAt }),
    ),
  );
}

function perform<Result>(
  { audit }: Services,
  operation: string,
  { userID = null, tokenID = null }: SubjectInput,
  work: () => Promise<Result>,
): Promise<Result> {
  const act = {
    actorID: OPERATOR.userID,
    actAs: null,
    operation,
    userIDs: userID === null ? [] : [userID],
    tokenIDs: tokenID === null ? [] : [tokenID],
  };
  return audit.perform(act, work);
}

function toText({ userID = null, tokenID = null }: SubjectInput): string {
  return userID === null ? `the token ${String(tokenID)}` : `the tokens of ${userID}`;
}
