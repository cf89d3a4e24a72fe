/**
 * Writes docs/scaling.md from bench/results and the assumptions below: `node bench/scaling/report.mjs`, and at the end of
 * `npm run bench:sizes` and `npm run bench:nodes`; with `--print` it only shows the text.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { toInputs } from './inputs.mjs';
import { toScalingText } from './text.mjs';

const FILES = ['sizes', 'nodes-full', 'events-full'];

/** The text, or null while one of the results is missing. */
async function render(root) {
  const files = FILES.map((name) => join(root, `bench/results/${name}.json`));
  if (!files.every((file) => existsSync(file))) return null;
  const [sizes, nodes, events] = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const text = toScalingText(toInputs({ sizes, nodes, events }));
  return format(text, { parser: 'markdown', printWidth: 110, singleQuote: true });
}

/** Gives the text that was written under `root`, or says what is missing. */
export async function writeScaling(root) {
  const text = await render(root);
  if (text === null) return `docs/scaling.md needs all of ${FILES.join(', ')} in bench/results.`;
  writeFileSync(join(root, 'docs/scaling.md'), text);
  return text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  if (process.argv.includes('--print')) process.stdout.write((await render(root)) ?? '');
  else await writeScaling(root);
}
