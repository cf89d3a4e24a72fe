import type { Caller, TestServer } from './server';

interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

export interface Connection {
  edges: { cursor: string; node: { userID: string; type?: string } }[];
  nodes: { userID: string; type?: string }[];
  pageInfo: PageInfo;
  totalCount: number;
  unreadCount?: number;
}

export interface PageOptions {
  first?: number | null;
  after?: string | null;
}

/** A list as its user pages through it. */
export interface PagedList {
  field: string;
  /** Further arguments, with a comma behind. */
  args?: string;
  /** What tells the entries apart. */
  node?: string;
  extra?: string;
}

const toQuery = ({ field, args = '', node = 'userID', extra = '' }: PagedList): string =>
  `query ($first: Int, $after: String) { page: ${field}(${args} first: $first, after: $after) {
    edges { cursor node { ${node} } } nodes { ${node} }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount ${extra} } }`;

/** One page, after checking what holds of every page (Relay Cursor Connections, section 3 and 5). */
export async function loadPage(
  server: TestServer,
  caller: string | Caller,
  list: PagedList,
  options: PageOptions = {},
): Promise<Connection> {
  const { page } = await server.call<{ page: Connection }>(caller, toQuery(list), { ...options });
  const { edges, nodes, pageInfo } = page;
  expect(edges.map((edge) => edge.node)).toEqual(nodes);
  expect(new Set(edges.map((edge) => edge.cursor)).size).toBe(edges.length);
  expect(pageInfo.startCursor).toBe(edges[0]?.cursor ?? null);
  expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
  expect(edges.length).toBeLessThanOrEqual(options.first ?? 50);
  return page;
}

/** Every entry, page by page; also checks that only the first page has none before it and only the last none behind. */
export async function loadAll(
  server: TestServer,
  caller: string | Caller,
  list: PagedList,
  first: number,
): Promise<Connection['edges']> {
  const all: Connection['edges'] = [];
  let after: string | null = null;
  for (;;) {
    const page: Connection = await loadPage(server, caller, list, { first, after });
    all.push(...page.edges);
    expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
    expect(page.pageInfo.hasNextPage).toBe(all.length < page.totalCount);
    if (!page.pageInfo.hasNextPage) return all;
    expect(page.edges).toHaveLength(first);
    after = page.pageInfo.endCursor;
  }
}

/** The code of the error that a page is refused with. */
export async function refusePage(
  server: TestServer,
  caller: string | Caller,
  list: PagedList,
  options: PageOptions,
): Promise<unknown> {
  const { errors } = await server.send(caller, toQuery(list), { ...options });
  return errors?.[0]?.extensions['code'];
}
