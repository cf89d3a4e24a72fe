import type { EdgeHint } from './bus';
import type { Hint } from './friendship-event';

/**
 * What one process tells the others. A `gap`: it could not tell everything; a `probe`: nothing, it only has to be heard;
 * a `bye`: nothing more from now on. With the last two, how many texts it has sent before them that tell something; null
 * where it does not say.
 */
export type BusMessage =
  | { kind: 'hints'; hints: Hint[] }
  | { kind: 'edges'; edges: EdgeHint[] }
  | { kind: 'gap' }
  | { kind: 'probe'; sent: number | null }
  | { kind: 'bye'; sent: number | null };

/**
 * A message as text is one flat JSON array: `["node","hints","alice",7,"bob",null]`, `["node","edges","alice","bob"]`,
 * `["node","probe",12]`.
 */
export function toHintTexts(nodeID: string, heads: Map<string, number | null>, maxBytes: number): string[] {
  const items = Array.from(heads, ([userID, head]) => `,${JSON.stringify(userID)},${String(head)}`);
  return pack(toStart(nodeID, 'hints'), items, maxBytes);
}

export function toEdgeTexts(nodeID: string, edges: Iterable<EdgeHint>, maxBytes: number): string[] {
  const items = Array.from(
    edges,
    ({ ownerID, peerID }) => `,${JSON.stringify(ownerID)},${JSON.stringify(peerID)}`,
  );
  return pack(toStart(nodeID, 'edges'), items, maxBytes);
}

export function toGapText(nodeID: string): string {
  return `${toStart(nodeID, 'gap')}]`;
}

export function toWordText(nodeID: string, word: 'probe' | 'bye', sent: number): string {
  return `${toStart(nodeID, word)},${sent}]`;
}

/** Null for what is no text of a bus; without a message where it is of a kind that this version does not know. */
export function parseBusText(text: string): { nodeID: string; message: BusMessage | null } | null {
  const parts = parseArray(text);
  if (parts === null) return null;
  const [nodeID, kind, ...items] = parts;
  if (typeof nodeID !== 'string') return null;
  switch (kind) {
    case 'hints': {
      const hints = toPairs(items).filter(isHintPair);
      return { nodeID, message: { kind, hints: hints.map(([userID, head]) => ({ userID, head })) } };
    }
    case 'edges': {
      const edges = toPairs(items).filter(isEdgePair);
      return { nodeID, message: { kind, edges: edges.map(([ownerID, peerID]) => ({ ownerID, peerID })) } };
    }
    case 'gap':
      return { nodeID, message: { kind } };
    case 'probe':
    case 'bye': {
      const [sent] = items;
      return { nodeID, message: { kind, sent: typeof sent === 'number' ? sent : null } };
    }
    default:
      return { nodeID, message: null };
  }
}

function toStart(nodeID: string, kind: BusMessage['kind']): string {
  return `[${JSON.stringify(nodeID)},"${kind}"`;
}

/** As few texts as hold all items, none longer than `maxBytes`. */
function pack(start: string, items: readonly string[], maxBytes: number): string[] {
  const texts: string[] = [];
  let text = start;
  let bytes = start.length + 1;
  for (const item of items) {
    const more = Buffer.byteLength(item);
    if (bytes + more > maxBytes && text !== start) {
      texts.push(`${text}]`);
      text = start;
      bytes = start.length + 1;
    }
    text += item;
    bytes += more;
  }
  if (text !== start) texts.push(`${text}]`);
  return texts;
}

function parseArray(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function toPairs(items: readonly unknown[]): [unknown, unknown][] {
  const pairs: [unknown, unknown][] = [];
  for (let index = 0; index + 1 < items.length; index += 2) pairs.push([items[index], items[index + 1]]);
  return pairs;
}

function isHintPair(pair: [unknown, unknown]): pair is [string, number | null] {
  return typeof pair[0] === 'string' && (pair[1] === null || typeof pair[1] === 'number');
}

function isEdgePair(pair: [unknown, unknown]): pair is [string, string] {
  return typeof pair[0] === 'string' && typeof pair[1] === 'string';
}
