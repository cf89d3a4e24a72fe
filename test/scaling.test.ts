import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { readDocument } from './support/markdown';

test('docs/scaling.md is what the formulas make of the results that are kept', () => {
  const root = join(__dirname, '..');
  const text = execFileSync(process.execPath, [join(root, 'bench/scaling/report.mjs'), '--print']).toString();
  expect(text).not.toBe('');
  expect(readDocument('docs/scaling.md')).toBe(text);
});
