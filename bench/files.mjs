import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

/** Of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const toFile = (root, name) => join(root, 'bench/results', `${name}.json`);

/** What was kept under `root` by that name. */
export function readResult(root, name) {
  return JSON.parse(readFileSync(toFile(root, name), 'utf8'));
}

export async function writeResult(root, name, result) {
  write(toFile(root, name), await format(JSON.stringify(result), { parser: 'json', printWidth: 160 }));
}

/** Gives the text that was written; parts that are empty leave nothing. */
export async function writeDocument(root, name, parts) {
  const markdown = parts.filter((part) => part !== '').join('\n\n');
  const text = await format(markdown, { parser: 'markdown', printWidth: 110, singleQuote: true });
  write(join(root, 'docs', name), text);
  return text;
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
