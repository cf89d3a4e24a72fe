import type { Exchange } from './exchange';

/** What tells of the inside: stacks, files, SQL, engines, and the words of errors that JavaScript throws. */
const INSIDE =
  /INTERNAL_SERVER_ERROR|Something went wrong|\n +at |node_modules|node:\w+|\/src\/|\.[jt]s:\d+|SQLITE|sqlite|SELECT |INSERT |UPDATE |DELETE |\b(?:Type|Range|Reference|Syntax)Error\b|is not a function|Cannot read prop|Cannot convert|Maximum call stack|undefined \(|\[object Object\]/g;
const INTERNAL_ERROR_CLOSE = '\u0088\u001b\u0003\u00f3';

/** What is wrong with an answer to HTTP; null when nothing is. What the client said itself, it may be told. */
export function findHttpFault(input: string, { answer, hasHung }: Exchange): string | null {
  if (hasHung) return 'neither answered nor cut off';
  const status = /^HTTP\/1\.1 (5\d\d)/m.exec(answer)?.[1];
  if (status !== undefined) return `status ${status}`;
  return findInside(input, answer);
}

/** The same of what was said in a WebSocket, which begins with the answer to its handshake. */
export function findSocketFault(input: string, { answer, hasHung }: Exchange): string | null {
  if (hasHung) return 'not cut off';
  if (answer.includes(INTERNAL_ERROR_CLOSE)) return 'closed with 1011';
  return findInside(input, answer);
}

function findInside(input: string, answer: string): string | null {
  // Names of metrics speak of Node.
  if (answer.includes('# HELP ')) return null;
  for (const [words] of answer.matchAll(INSIDE)) if (!input.includes(words.trim())) return `tells "${words}"`;
  return null;
}
