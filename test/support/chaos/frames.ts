/** FIN and the opcode of a text message (RFC 6455, section 5.2). */
const FINAL_TEXT = 0x81;

/** The whole unmasked frames of a buffer; null when it is anything else. */
export function splitFrames(buffer: Buffer): Buffer[] | null {
  const frames: Buffer[] = [];
  for (let start = 0; start < buffer.length;) {
    if (buffer[start] !== FINAL_TEXT || start + 10 > buffer.length) return null;
    const short = buffer[start + 1] ?? 0;
    const [headBytes, bytes] =
      short < 126
        ? [2, short]
        : short === 126
          ? [4, buffer.readUInt16BE(start + 2)]
          : [10, Number(buffer.readBigUInt64BE(start + 2))];
    const end = start + headBytes + bytes;
    if (end > buffer.length) return null;
    frames.push(buffer.subarray(start, end));
    start = end;
  }
  return frames;
}

/** A message of less than 64 KiB as one unmasked frame. */
export function toTextFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.from([FINAL_TEXT, payload.length]);
  if (payload.length < 126) return Buffer.concat([head, payload]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(payload.length);
  return Buffer.concat([Buffer.from([FINAL_TEXT, 126]), length, payload]);
}
