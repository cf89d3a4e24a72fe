import { isObjectType } from 'graphql';
import { allSettings, limitSettings } from '../src/config.table';
import { ERROR_CODES, RESULT_CODES } from '../src/errors';
import { createSchema } from '../src/graphql/schema';
import { readDocument, toCodeWords, toTableRows } from './support/markdown';

const rules = readDocument('docs/rules.md');
const events = readDocument('docs/events.md');
const schema = createSchema([]);

const toFieldNames = (type: string): string[] => {
  const found = schema.getType(type);
  return isObjectType(found) ? Object.keys(found.getFields()) : [];
};
const toEnumValues = (type: string): string[] => {
  const found = schema.getType(type);
  return found !== undefined && 'getValues' in found ? found.getValues().map(({ name }) => name) : [];
};
/** The rows under a heading whose first cell has one of the words in backticks, by that word. */
const toRowsByWord = (page: string, heading: string): [string, string[]][] =>
  toTableRows(page, heading).flatMap(([first = '', ...cells]) =>
    toCodeWords(first).map((word): [string, string[]] => [word, cells]),
  );
/** In which order a table has its rows is the writer's. */
const sorted = (words: Iterable<string>): string[] => [...words].sort();

const mutations = toFieldNames('Mutation');
const operations = [...toFieldNames('Query'), ...mutations, ...toFieldNames('Subscription')];
const eventTypes = toEnumValues('FriendshipEventType');
const callRows = toTableRows(rules, 'Calls and callbacks of V2TIM').filter(
  ([, here = '']) => !/^`[A-Z_]+`$/.test(here),
);
const callbackRows = toTableRows(rules, 'Calls and callbacks of V2TIM').filter(([, here = '']) =>
  /^`[A-Z_]+`$/.test(here),
);

test('every result code stands in its table, with its number', () => {
  const written = toRowsByWord(rules, 'Result codes').filter(([word]) => !(word in ERROR_CODES));
  const numbers = written.map(([word, [code]]) => [word, Number(code)]);
  expect(numbers).toHaveLength(Object.keys(RESULT_CODES).length);
  expect(Object.fromEntries(numbers)).toEqual(
    Object.fromEntries(Object.entries(RESULT_CODES).map(([name, { code }]) => [name, code])),
  );
});

test('every error code stands in its table', () => {
  const written = toRowsByWord(rules, 'Result codes').map(([word]) => word);
  expect(sorted(written.filter((word) => !(word in RESULT_CODES)))).toEqual(sorted(Object.keys(ERROR_CODES)));
});

test('every limit stands in its table, with its setting and default', () => {
  const written = toTableRows(rules, 'Limits').map(([, setting = '', value]) => [
    toCodeWords(setting)[0],
    value,
  ]);
  expect(written).toHaveLength(Object.keys(limitSettings).length);
  expect(Object.fromEntries(written)).toEqual(
    Object.fromEntries(Object.values(limitSettings).map((row) => [row.name, row.default])),
  );
});

test('every relation stands in its table', () => {
  const written = toTableRows(rules, 'How two users stand').map(([relation = '']) => relation);
  expect(sorted(written.flatMap(toCodeWords))).toEqual(sorted(toEnumValues('FriendRelationType')));
});

test('every operation stands for a call of the original, or for none', () => {
  expect(sorted(new Set(callRows.flatMap(([, here = '']) => toCodeWords(here))))).toEqual(sorted(operations));
  const calls = callRows.flatMap(([call = '']) => toCodeWords(call));
  expect(new Set(calls).size).toBe(calls.length);
});

test('every kind of event stands for a callback of the original, or for none', () => {
  expect(sorted(callbackRows.flatMap(([, here = '']) => toCodeWords(here)))).toEqual(sorted(eventTypes));
  const callbacks = callbackRows.flatMap(([callback = '']) => toCodeWords(callback));
  expect(callbacks).toHaveLength(eventTypes.length - 1);
});

test('every mutation says which events follow, and every kind follows something', () => {
  const rows = toRowsByWord(rules, 'Events').filter(([word]) => !/^[A-Z_]+$/.test(word));
  expect(sorted(new Set(rows.map(([word]) => word)))).toEqual(sorted(mutations));
  const named = new Set(rows.flatMap(([, cells]) => toCodeWords(cells.join(' '))));
  named.delete('setSelfInfo');
  expect(sorted(named)).toEqual(sorted(eventTypes.filter((type) => type !== 'STREAM_OPENED')));
});

test('the page on events has every type and its callback', () => {
  const inRules = new Map(callbackRows.map(([callback = '', type = '']) => [type, callback]));
  const written = toTableRows(events, 'What each event means').map(([type = '', callback = '']) => {
    return [toCodeWords(type)[0], callback] as const;
  });
  const types = schema.getPossibleTypes(requireInterface()).map(({ name }) => name);
  expect(sorted(written.map(([type = '']) => type))).toEqual(sorted(types));
  for (const [type = '', callback] of written) {
    const value = type.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
    expect([type, callback]).toEqual([type, inRules.get(`\`${value}\``)?.replace('nothing', '–')]);
  }
});

test('settings, operations and codes that the pages name are there', () => {
  const pages = ['README.md', 'docs/rules.md', 'docs/events.md', 'docs/architecture.md'].map(readDocument);
  const settings = new Set(pages.flatMap((page) => page.match(/AMICUS_[A-Z_]+/g) ?? []));
  expect(settings.size).toBeGreaterThan(10);
  expect(sorted(settings).filter((name) => !allSettings.some((row) => row.name === name))).toEqual([]);

  const names = new Set([...Object.keys(RESULT_CODES), ...Object.keys(ERROR_CODES), ...allEnumValues()]);
  const words = pages.flatMap(toCodeWords).filter((word) => /^[A-Z]+(_[A-Z]+)*$/.test(word));
  const unknown = words.filter((word) => !names.has(word) && !allSettings.some((row) => row.name === word));
  expect(unknown).toEqual([]);
});

function requireInterface() {
  const found = schema.getType('FriendshipEvent');
  if (found === undefined || !('resolveType' in found) || isObjectType(found))
    throw new Error('no interface');
  return found;
}

function allEnumValues(): string[] {
  return Object.keys(schema.getTypeMap()).flatMap(toEnumValues);
}
