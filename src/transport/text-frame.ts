import type { ByteText } from '../lib/byte-text';

/** FIN and the opcode of a text message. */
const FINAL_TEXT = 0x81;

let last = { bytes: -1, head: '' };

/**
 * The frame of a `next` message, unmasked, as servers send them (RFC 6455, section 5.2): `head` is what stands before
 * its payload. One text and no buffer: a socket writes it by one system call, and nothing is made in between.
 */
export function toNextFrame(head: ByteText, payload: ByteText): ByteText {
  const bytes = head.length + payload.length + 1;
  // The frames of one change are of few lengths.
  if (bytes !== last.bytes) last = { bytes, head: toFrameHead(bytes) };
  return `${last.head}${head}${payload}}`;
}

function toFrameHead(bytes: number): ByteText {
  if (bytes < 126) return String.fromCharCode(FINAL_TEXT, bytes);
  if (bytes < 65_536) return String.fromCharCode(FINAL_TEXT, 126, bytes >> 8, bytes & 0xff);
  const head = Buffer.alloc(10);
  head.writeUInt16BE((FINAL_TEXT << 8) | 127);
  head.writeBigUInt64BE(BigInt(bytes), 2);
  return head.toString('latin1');
}
