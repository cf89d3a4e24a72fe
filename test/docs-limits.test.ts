import { settings } from '../src/config.table';
import { queryLimitSettings } from '../src/query-limits';
import { readDocument, toCodeWords, toTableRows } from './support/markdown';

const page = readDocument('docs/limits.md');

test('every query limit stands in its table, with its setting, default and name in errors', () => {
  const rows = toTableRows(page, 'Documents and requests');
  const written = rows.map(([setting = '', value, , name = '']) => [
    toCodeWords(setting)[0],
    value,
    toCodeWords(name)[0],
  ]);
  expect(written).toEqual(
    Object.entries(queryLimitSettings).map(([name, row]) => [
      row.name,
      row.default,
      name === 'tokens' ? undefined : name,
    ]),
  );
});

test('both times stand in their table, with their setting and default', () => {
  const written = toTableRows(page, 'Time').map(([setting = '', value]) => [toCodeWords(setting)[0], value]);
  const rows = [settings.queryTimeoutMs, settings.mutationTimeoutMs];
  expect(written).toEqual(rows.map((row) => [row.name, row.default]));
});
