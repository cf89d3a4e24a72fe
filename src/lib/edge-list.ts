import { readLines } from './lines';
import { isUserID } from './user-id';

/** One friendship, between two different users with valid ids; or what is wrong with the line. */
export type EdgeLine = { readonly line: number } & (
  { readonly a: string; readonly b: string } | { readonly problem: string }
);

const MAX_LINE_BYTES = 64 * 1024;

/**
 * The edges of a text with two user ids a line, in its order. Blanks, tabs or one comma stand between the ids (so an
 * id with a comma cannot be given, nor two that make JSON together); lines that begin with `#` and blank lines are
 * skipped, and counted in `line`.
 */
export async function* readEdgeList(source: AsyncIterable<Uint8Array>): AsyncGenerator<EdgeLine, void> {
  for await (const read of readLines(source, MAX_LINE_BYTES)) {
    if ('problem' in read) {
      yield read;
      continue;
    }
    const text = trimBlanks(read.text);
    if (text !== '' && !read.text.startsWith('#')) yield { line: read.line, ...toEdge(text) };
  }
}

function toEdge(text: string): { a: string; b: string } | { problem: string } {
  // With one comma in it, its halves would pass for ids.
  if (isJsonOfMany(text)) return { problem: 'is JSON, not two user ids' };
  const columns = text.split(/[ \t]*,[ \t]*|[ \t]+/);
  const [a, b] = columns;
  if (columns.length !== 2 || a === undefined || b === undefined) {
    return { problem: `has ${columns.length} ${columns.length === 1 ? 'column' : 'columns'}, not 2` };
  }
  if (!isUserID(a) || !isUserID(b)) {
    const which = isUserID(a) ? 'second' : 'first';
    return { problem: `the ${which} column is not a user id (1 to 32 characters of printable ASCII)` };
  }
  return a === b ? { problem: 'a user cannot befriend itself' } : { a, b };
}

function isJsonOfMany(text: string): boolean {
  if (!/^[[{].*[\]}]$/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function trimBlanks(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}
