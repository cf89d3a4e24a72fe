import { randomUUID } from 'node:crypto';
import { LISTEN, POSITION } from './document.mjs';
import { LightSocket } from './socket.mjs';

const SEQ = Buffer.from('"seq":');
const CURSOR = Buffer.from('"cursor":"');
const NEXT = Buffer.from('"type":"next"');
const ACK = Buffer.from('"connection_ack"');
const QUOTE = 34;
const ZERO = 48;

/** One device: a connection, a subscription on it, and an account of what came. */
export class Listener {
  /** What came and what did not, over all connections of this device. */
  events = 0;
  lost = 0;
  doubled = 0;
  seq = null;
  cursor = null;
  live = false;
  /** The change that was counted last for this device. */
  counted = 0;
  #socket = null;
  #onHead = () => undefined;
  #headID = '';

  /**
   * @param {(listener: Listener, frame: Buffer) => void} onEvent - the frame is valid during the call only
   */
  constructor(token, address, onEvent) {
    this.token = token;
    this.address = address;
    this.onEvent = onEvent;
  }

  /** Resolves when the subscription is live: the server has said where the stream stands. Rejects when it is cut. */
  open({ resume = false } = {}) {
    return new Promise((resolve, reject) => {
      const socket = new LightSocket(this.address, {
        onOpen: () => {
          socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${this.token}` } });
        },
        onMessage: (frame) => {
          if (this.#socket !== socket) return;
          if (this.live) return this.#take(frame);
          if (frame.includes(ACK)) return this.#subscribe(resume);
          if (!frame.includes('"StreamOpened"')) {
            this.drop();
            return reject(new Error(`not the first message of a stream: ${frame.toString()}`));
          }
          this.live = true;
          this.#start(frame);
          resolve();
        },
        onClose: (reason) => {
          if (this.#socket === socket) this.live = false;
          reject(new Error(`cut while opening: ${reason}`));
        },
      });
      this.#socket = socket;
    });
  }

  drop() {
    this.live = false;
    this.#socket.drop();
  }

  /** The cursor at which the server says that this user's stream stands now. */
  askHead() {
    return new Promise((resolve) => {
      this.#headID = randomUUID();
      this.#onHead = resolve;
      this.#socket.send({ id: this.#headID, type: 'subscribe', payload: { query: POSITION } });
    });
  }

  #subscribe(resume) {
    const variables = resume && this.cursor !== null ? { after: this.cursor } : {};
    // As the common clients do: an id that no other device uses.
    this.#socket.send({ id: randomUUID(), type: 'subscribe', payload: { query: LISTEN, variables } });
  }

  /** The position that delivery starts behind: for one that comes back, where it was, or something is lost. */
  #start(frame) {
    const seq = readSeq(frame);
    if (this.seq !== null) this.lost += Math.max(0, seq - this.seq);
    this.seq = seq;
    this.cursor = readCursor(frame);
  }

  #take(frame) {
    if (this.#headID !== '' && frame.includes(this.#headID)) {
      if (frame.includes(NEXT))
        this.#onHead(JSON.parse(frame.toString()).payload.data.friendshipEventPosition);
      return;
    }
    const seq = readSeq(frame);
    if (seq === null) throw new Error(`an unexpected message: ${frame.toString()}`);
    this.events++;
    if (seq > this.seq) {
      this.lost += seq - this.seq - 1;
      this.seq = seq;
      this.cursor = readCursor(frame);
    } else this.doubled++;
    this.onEvent(this, frame);
  }
}

function readSeq(frame) {
  const at = frame.indexOf(SEQ);
  if (at < 0) return null;
  let seq = 0;
  for (let index = at + SEQ.length; frame[index] >= ZERO && frame[index] <= ZERO + 9; index++)
    seq = seq * 10 + frame[index] - ZERO;
  return seq;
}

function readCursor(frame) {
  const start = frame.indexOf(CURSOR) + CURSOR.length;
  return frame.latin1Slice(start, frame.indexOf(QUOTE, start));
}
