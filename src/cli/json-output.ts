import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Page } from '../lib/page';

/** Writes a whole list, page by page, one JSON object a line. */
export async function writeAll<Node>(
  output: Writable,
  loadPage: (after: string | null) => Promise<Page<Node>>,
  toLine: (node: Node) => object,
): Promise<void> {
  for (let after: string | null = null; ;) {
    const { nodes, pageInfo }: Page<Node> = await loadPage(after);
    for (const node of nodes) {
      if (output.write(`${JSON.stringify(toLine(node))}\n`)) continue;
      if (output.errored !== null) throw output.errored;
      await once(output, 'drain');
    }
    if (!pageInfo.hasNextPage) return;
    after = pageInfo.endCursor;
  }
}

/** Rejects when something that was written before could not be. */
export function requireWritten(output: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write('', (error) => {
      if (error) reject(output.errored ?? error);
      else resolve();
    });
  });
}
