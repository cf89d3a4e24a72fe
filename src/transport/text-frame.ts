/** FIN and the opcode of a text message. */
const FINAL_TEXT = 0x81;

let last: { head: string; payload: string; frame: Buffer } = {
  head: '',
  payload: '',
  frame: Buffer.alloc(0),
};

/**
 * The frame of a `next` message: `head` is what stands before its payload. Many sockets in a row are often sent the
 * same, under one operation id: they share one frame, which nobody may change.
 */
export function toNextFrame(head: string, payload: string): Buffer {
  if (head !== last.head || payload !== last.payload) {
    last = { head, payload, frame: toTextFrame(`${head}${payload}}`) };
  }
  return last.frame;
}

/** An unmasked frame, as servers send them (RFC 6455, section 5.2). */
function toTextFrame(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  const headBytes = bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headBytes + bytes);
  frame[0] = FINAL_TEXT;
  if (headBytes === 2) {
    frame[1] = bytes;
  } else if (headBytes === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(bytes, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(bytes), 2);
  }
  frame.write(text, headBytes);
  return frame;
}
