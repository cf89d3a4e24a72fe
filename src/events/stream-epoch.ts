import { randomBytes } from 'node:crypto';
import type { Transaction } from '../database/sql';

/** A name for streams that begin now; no other stream ever has it. */
export function createEpoch(): string {
  return randomBytes(6).toString('hex');
}

/**
 * Takes the lock of every stream on PostgreSQL, in the order in which all calls do: taken in any other, they would wait for
 * each other.
 */
export async function lockAllStreams(tx: Transaction): Promise<void> {
  await tx.all('SELECT count(*) FROM (SELECT 1 FROM event_stream ORDER BY user_id FOR UPDATE) AS locked');
}

/**
 * Makes every stream another one, in one statement: whoever comes with a cursor from before is told to read again. For
 * a database that was set back: its streams will give the numbers of what was lost to other events.
 */
export async function renewEpochs(tx: Transaction): Promise<void> {
  await tx.all('UPDATE event_stream SET epoch = $1', [createEpoch()]);
}
