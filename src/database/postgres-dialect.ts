import type { Dialect } from './sql';

const TYPES = { text: 'text', integer: 'bigint' } as const;

/** The functions give the elements in the order of the array. */
export const postgresDialect: Dialect = {
  name: 'postgres',
  strings: (parameter) => `(SELECT value FROM jsonb_array_elements_text(CAST(${parameter} AS jsonb)))`,
  // As one array: for a sub-select of unknown length it would look at each element by itself.
  isOneOf: (expression, parameter) =>
    `${expression} = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(${parameter} AS jsonb))))`,
  fromIndex: () => '',
  rows: (parameter, columns) => {
    const names = Object.keys(columns).map((name) => `"${name}"`);
    const types = Object.entries(columns).map(([name, type]) => `"${name}" ${TYPES[type]}`);
    return (
      `(SELECT ${names.join(', ')} ` +
      `FROM jsonb_to_recordset(CAST(${parameter} AS jsonb)) AS item(${types.join(', ')}))`
    );
  },
  list: (expression) => `CAST(coalesce(json_agg(${expression}), '[]') AS text)`,
  digest: (expression) => `CAST(sum(hashtextextended(${expression}, 0)) AS text)`,
};
