/** What an administrator does, as the audit log tells it. */
export interface Act {
  /** Whose token it is, or `COMMAND_LINE`. */
  readonly actorID: string;
  /** In whose name; null in the administrator's own. */
  readonly actAs: string | null;
  /** The field of the schema. */
  readonly operation: string;
  /** The users that it was given. */
  readonly userIDs: readonly string[];
  /** The tokens that it was given, by their `jti`. */
  readonly tokenIDs: readonly string[];
}

/** Who acts where there is no token. No user can have this id. */
export const COMMAND_LINE = 'command line';

/** An act with what the log adds to it. */
export interface OpenAct extends Act {
  readonly id: string;
  readonly atMs: number;
  /** Whether a committed transaction has its row. */
  isRecorded: boolean;
  /** What goes on in the background after it is no part of it. */
  isOver: boolean;
}

export interface AuditEntry {
  id: string;
  at: Date;
  actorID: string;
  actAs: string | null;
  operation: string;
  targets: string[];
  outcomes: string[];
}
