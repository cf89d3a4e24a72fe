import { Interruption } from './postgres-retry';
import { DatabaseUnavailableError } from './unavailable';

/**
 * Thrown within a transaction that has to begin anew, because others changed what it began with: nothing of it is kept, and
 * its work is run again, ten times at most, after which its caller hears that the database is unavailable. Never on
 * SQLite, where nobody else changes anything meanwhile.
 */
export class InterruptedByOthersError extends Interruption {
  constructor() {
    super(new DatabaseUnavailableError(new Error('Others went on changing what a transaction began with.')));
  }
}
