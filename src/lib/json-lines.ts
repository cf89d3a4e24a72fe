import { readLines } from './lines';
import { isJsonObject } from './json-object';

/** One JSON object; or what is wrong with the line. */
export type JsonLine = { readonly line: number } & (
  { readonly value: Readonly<Record<string, unknown>> } | { readonly problem: string }
);

// Room for a profile with every text at its default limit and every letter escaped.
const MAX_LINE_BYTES = 128 * 1024;

/** The objects of a text with one JSON object a line (NDJSON), in its order; blank lines are skipped. */
export async function* readJsonLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<JsonLine, void> {
  for await (const read of readLines(source, MAX_LINE_BYTES)) {
    if ('problem' in read) yield read;
    else if (read.text.trim() !== '') yield { line: read.line, ...toObject(read.text) };
  }
}

function toObject(text: string): { value: Readonly<Record<string, unknown>> } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message would repeat what is in the line.
    return { problem: 'is not JSON' };
  }
  return isJsonObject(value) ? { value } : { problem: 'is not a JSON object' };
}
