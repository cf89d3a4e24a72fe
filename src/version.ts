import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of this program, as its package says it. */
export function findVersion(): string {
  // One folder up from src and from dist alike.
  const text = readFileSync(join(__dirname, '../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
