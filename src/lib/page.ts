import { badInput } from '../errors';

/** Where a row stands in a list that is sorted newest first: its moment, then what tells rows of one moment apart. */
export interface PageKey {
  atMs: number;
  /** Compared by its bytes, descending. */
  id: string;
}

/** A page to read: at most `first` rows that come after `after`, or from the newest on when that is null. */
export interface PageRequest {
  first: number;
  after: PageKey | null;
}

export interface PageInput {
  first?: number | null;
  after?: string | null;
}

export interface Page<Node> {
  edges: { cursor: string; node: Node }[];
  nodes: Node[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    /** Null on an empty page, like `endCursor`. */
    startCursor: string | null;
    endCursor: string | null;
  };
}

const DEFAULT_FIRST = 50;
/** A user id, and for a request its direction. */
const KEY_ID = /^[\x21-\x7e]{1,32}( [A-Z_]+)?$/;

/** The position before the newest row of any list: what `after` null stands for in a keyset comparison. */
const BEFORE_NEWEST: PageKey = { atMs: Number.MAX_SAFE_INTEGER, id: '' };

/** The size of a page when `first` is left out. */
export function toDefaultFirst(maxFirst: number): number {
  return Math.min(DEFAULT_FIRST, maxFirst);
}

/**
 * Checks the arguments of a connection. `list` names the list, so that a cursor of another list is refused too.
 * Throws BAD_USER_INPUT for a negative or too large `first` and for a cursor that is not one of this list's.
 */
export function requirePage(list: string, input: PageInput, maxFirst: number): PageRequest {
  const first = input.first ?? toDefaultFirst(maxFirst);
  if (first < 0 || first > maxFirst) {
    throw badInput(`"first" must be from 0 to ${maxFirst}, it is ${first}.`, { argument: 'first' });
  }
  const cursor = input.after ?? null;
  return { first, after: cursor === null ? null : requireKey(list, cursor) };
}

/** The key to compare with: rows of the page are those that sort after it. */
export function toKeysetStart(request: PageRequest): PageKey {
  return request.after ?? BEFORE_NEWEST;
}

/**
 * Makes a page of rows that were read with a limit of `first + 1`: the row past the page tells that there is a next
 * one. `hasPreviousPage` says whether rows stand before the page.
 */
export function toPage<Row, Node>(
  list: string,
  request: PageRequest,
  rows: readonly Row[],
  toKey: (row: Row) => PageKey,
  toNode: (row: Row) => Node,
  hasPreviousPage: boolean,
): Page<Node> {
  const shown = rows.slice(0, request.first);
  const cursorOf = (row: Row): string => toCursor(list, toKey(row));
  const edges = shown.map((row) => new Edge(toNode(row), row, cursorOf));
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: rows.length > request.first,
      hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** Its cursor is made when it is looked at: most clients ask for the last one alone, and a page has many. */
class Edge<Row, Node> {
  constructor(
    readonly node: Node,
    private readonly row: Row,
    private readonly cursorOf: (row: Row) => string,
  ) {}

  get cursor(): string {
    return this.cursorOf(this.row);
  }
}

function toCursor(list: string, key: PageKey): string {
  return Buffer.from(JSON.stringify([list, key.atMs, key.id])).toString('base64url');
}

function requireKey(list: string, cursor: string): PageKey {
  const key = findKey(list, cursor);
  if (key === null) throw badInput('"after" is not a cursor of this list.', { argument: 'after' });
  return key;
}

function findKey(list: string, cursor: string): PageKey | null {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
  if (!Array.isArray(parts) || parts.length !== 3) return null;
  const [name, atMs, id] = parts as unknown[];
  if (name !== list || !Number.isSafeInteger(atMs) || typeof id !== 'string') return null;
  if (!KEY_ID.test(id)) return null;
  const key = { atMs: atMs as number, id };
  // A cursor has one spelling: what decodes to the same key but reads differently was not given by us.
  return toCursor(list, key) === cursor ? key : null;
}
