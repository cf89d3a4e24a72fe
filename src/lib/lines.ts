import { isUtf8 } from 'node:buffer';

/** One line of a text, numbered from 1, without its ending. */
export type Line = { readonly line: number } & ({ readonly text: string } | { readonly problem: string });

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The lines of a UTF-8 text, in order, as they arrive. They end with LF or CRLF; the last one needs no ending, and
 * nothing follows an ending that is the last byte. A byte order mark at the very beginning is skipped. A line that is
 * not UTF-8 or has more than `maxBytes` bytes comes as a problem, and the lines after it are read as usual; no more
 * than `maxBytes` and a chunk of the source are held. Rejects with what the source rejects with.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Line, void> {
  let line = 0;
  let parts: Uint8Array[] = [];
  let heldBytes = 0;
  const hold = (bytes: Uint8Array): void => {
    heldBytes += bytes.length;
    // A line too long is counted, not kept. Two more bytes and the mark are allowed for: they are not the line's.
    if (heldBytes > maxBytes + 5) parts = [];
    else if (bytes.length > 0) parts.push(bytes);
  };
  const take = (): Line => {
    const bytes = heldBytes > maxBytes + 5 ? null : Buffer.concat(parts);
    parts = [];
    heldBytes = 0;
    line++;
    return { line, ...toLine(bytes, line === 1, maxBytes) };
  };

  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      hold(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    hold(chunk.subarray(start));
  }
  if (heldBytes > 0) yield take();
}

function toLine(
  bytes: Buffer | null,
  isFirst: boolean,
  maxBytes: number,
): { text: string } | { problem: string } {
  const tooLong = { problem: `has more than ${maxBytes} bytes` };
  if (bytes === null) return tooLong;
  const start = isFirst && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
  const text = bytes.subarray(start, end);
  if (text.length > maxBytes) return tooLong;
  return isUtf8(text) ? { text: text.toString('utf8') } : { problem: 'is not UTF-8' };
}
