import { connect } from 'node:net';

/** Far longer than the server takes for anything; whoever is neither answered nor cut off until then has hung it. */
const PATIENCE_MS = 60_000;
/** What has not come this long after the last byte may have been swallowed by a frame that is not whole. */
const QUIET_MS = 100;

const ACKNOWLEDGED = '"connection_ack"';

export interface Exchange {
  /** Each byte is a character. */
  answer: string;
  hasHung: boolean;
}

/**
 * Says the bytes and then that nothing more comes, and takes what the server says until it closes the connection.
 * `isDone` puts off the end: until the answer fits, or nothing more comes. `rest` is said when a WebSocket was
 * acknowledged.
 */
export function exchange(
  url: string,
  bytes: Buffer,
  isDone: ((answer: string) => boolean) | null = null,
  rest: Buffer | null = null,
): Promise<Exchange> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const toAnswer = (): string => Buffer.concat(chunks).toString('latin1');
    let hasHung = false;
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    let left = rest;
    const end = (): void => void socket.end();
    const sayRest = (): void => {
      if (left !== null) socket.write(left);
      left = null;
      quiet = setTimeout(end, QUIET_MS * 5);
    };
    let quiet = isDone === null ? undefined : setTimeout(sayRest, QUIET_MS * 5);
    const patience = setTimeout(() => {
      hasHung = true;
      socket.destroy();
    }, PATIENCE_MS);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (isDone === null) return;
      const answer = toAnswer();
      if (left !== null) {
        if (!answer.includes(ACKNOWLEDGED)) return;
        clearTimeout(quiet);
        sayRest();
      } else if (isDone(answer)) end();
      else {
        clearTimeout(quiet);
        quiet = setTimeout(end, QUIET_MS);
      }
    });
    socket.on('end', end);
    // The server may well cut off in the middle of what it is told.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(patience);
      clearTimeout(quiet);
      resolve({ answer: toAnswer(), hasHung });
    });
    if (isDone === null) socket.end(bytes);
    else socket.write(bytes);
  });
}
