/**
 * The database cannot be reached, does not answer, or cannot use its disk. Nothing is wrong with the call: the same may
 * succeed later, here or on another server.
 */
export class DatabaseUnavailableError extends Error {
  override readonly name: string = 'DatabaseUnavailableError';
  /** False when what was asked for may have been done all the same. */
  readonly isUndone: boolean = true;

  constructor(cause: unknown, message = 'The database cannot be reached now.') {
    super(message, { cause });
  }
}
