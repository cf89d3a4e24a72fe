import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of a document. */
export interface Block {
  /** The first word behind the fence: sh, graphql, js, text. */
  language: string;
  /** The second word, which Markdown does not show: whose terminal or token it is for. Empty when there is none. */
  label: string;
  text: string;
}

/** The text of a file of the repository. */
export function readDocument(path: string): string {
  return readFileSync(join(__dirname, '../..', path), 'utf8');
}

/** The fenced blocks, in order. A fence begins its line. */
export function toBlocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w*)(?: (\w+))?\n(.*?)^```$/gms)].map(
    ([, language = '', label = '', text = '']) => ({ language, label, text }),
  );
}

/** The rows, without the heads, of the tables under a heading, up to the next heading of any level. */
export function toTableRows(markdown: string, heading: string): string[][] {
  const [, section] = markdown.split(new RegExp(`^#+ ${heading}$`, 'm'));
  if (section === undefined) throw new Error(`There is no heading "${heading}".`);
  const lines = (section.split(/^#+ /m)[0] ?? '').split('\n');
  const rows = lines.filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1));
  const heads = new Set(
    rows.flatMap((cells, index) => (/^[-| ]+$/.test(cells.join('')) ? [index - 1, index] : [])),
  );
  return rows.filter((_, index) => !heads.has(index)).map((cells) => cells.map((cell) => cell.trim()));
}

/** The words in backticks, without them. */
export function toCodeWords(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}
