/** The code of an error of the system or of a driver ("ENOENT", "SQLITE_FULL"); null for every other value. */
export function findErrorCode(error: unknown): string | null {
  // Looks at the shape: errors of Node's core belong to another realm in some hosts, test runners among them.
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}
