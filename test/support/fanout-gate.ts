/**
 * Holds up the job that tells owners of a changed profile, at a point of the test's choice: given to a server as
 * `onStatement`, it lets so many statements on the job's table through and fails those that follow. The job has to take
 * it as any failure of the database and try again later. The row that a change itself writes always gets through.
 */
export class FanoutGate {
  private remaining = Infinity;
  private refuse: () => void = () => undefined;

  readonly onStatement = (sql: string): void => {
    if (!isOfJob(sql)) return;
    if (this.remaining-- > 0) return;
    this.refuse();
    throw new Error('The gate is closed.');
  };

  /** Resolves when a statement was refused. */
  closeAfter(statements: number): Promise<void> {
    this.remaining = statements;
    return new Promise((resolve) => {
      this.refuse = resolve;
    });
  }

  open(): void {
    this.remaining = Infinity;
  }
}

/** Whether the statement is one of the job itself on its table. */
export function isOfJob(sql: string): boolean {
  return sql.includes('profile_fanout') && !sql.startsWith('INSERT INTO profile_fanout');
}
