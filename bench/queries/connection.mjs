import { connect } from 'node:net';
import { once } from 'node:events';

const HEAD_END = '\r\n\r\n';

/**
 * One HTTP/1.1 connection that is kept alive and asks one thing at a time. It does as little as it can: the
 * generator shares the machine with the server under test.
 */
export class Connection {
  #socket;
  #received = [];
  #size = 0;
  /** Bytes that the response has at least; null until its head is read. */
  #needed = null;
  #pending = null;
  #failure = null;

  constructor(socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static async open(port) {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  /** The body of the answer, valid until the next request. Rejects when the status is not 200. */
  ask(request) {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close() {
    this.#socket.destroy();
  }

  #take(chunk) {
    this.#received.push(chunk);
    this.#size += chunk.length;
    if (this.#needed !== null && this.#size < this.#needed) return;
    const bytes = this.#received.length === 1 ? chunk : Buffer.concat(this.#received);
    const body = this.#findBody(bytes);
    if (body === null) {
      this.#received = [bytes];
      return;
    }
    this.#received = [];
    this.#size = 0;
    this.#needed = null;
    const { resolve, reject } = this.#pending;
    this.#pending = null;
    if (bytes.toString('latin1', 9, 12) === '200') resolve(body);
    else reject(new Error(bytes.toString('utf8')));
  }

  /** Null when it is not whole yet. */
  #findBody(bytes) {
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd < 0) return null;
    const start = headEnd + HEAD_END.length;
    const head = bytes.toString('latin1', 0, headEnd).toLowerCase();
    const length = /\r\ncontent-length: *(\d+)/.exec(head);
    if (length === null) return findChunkedBody(bytes.subarray(start));
    this.#needed = start + Number(length[1]);
    return bytes.length < this.#needed ? null : bytes.subarray(start, this.#needed);
  }

  #fail(error) {
    this.#failure ??= error;
    this.#pending?.reject(error);
    this.#pending = null;
  }
}

/** Null when the last chunk has not come yet. */
function findChunkedBody(bytes) {
  const parts = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const length = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const start = lineEnd + 2;
    if (bytes.length < start + length + 2) return null;
    if (length === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(start, start + length));
    at = start + length + 2;
  }
}
