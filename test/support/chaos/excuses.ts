/**
 * What a gateway may say of itself while it is cut off from the database or the bus, or these are away: it could not
 * reach them, or lost them. Anything else is a defect, also where no client saw more than a masked error.
 */
const EXCUSES: readonly RegExp[] = [
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT/,
  /DatabaseUnavailableError|CommitOutcomeUnknownError|the database cannot be reached/,
  /Revocations by other servers are not heard of/,
  /Connection terminated|connection for notifications has ended|timeout exceeded when trying to connect/,
  /Query read timeout|timeout expired/,
  /terminating connection|the database system is (starting up|shutting down|not yet accepting connections|in recovery mode)/,
  /Redis is missing: each server limits rates for itself/,
  /The bus is (deaf|down)|Socket closed unexpectedly|Connection timeout|Redis did not answer in time|The client is (closed|offline)/,
];

export function findUnexcused(problems: readonly string[]): string[] {
  return problems.filter((problem) => !EXCUSES.some((excuse) => excuse.test(problem)));
}
