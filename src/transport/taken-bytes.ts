import type { Duplex } from 'node:stream';

type Connection = Duplex & { _handle?: { bytesWritten?: number; writeQueueSize?: number } | null };

/** How many bytes of all that were written to it the network has taken; 0 once it is closed. */
export function countTakenBytes(connection: Duplex): number {
  // How far a write under way has come shows in the handle only; Node's own time-outs look there, too.
  const { bytesWritten = 0, writeQueueSize = 0 } = (connection as Connection)._handle ?? {};
  return bytesWritten - writeQueueSize;
}
