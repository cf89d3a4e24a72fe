import type { Dialect } from './sql';

const TYPES = { text: 'TEXT', integer: 'INTEGER' } as const;

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  strings: (parameter) => `(SELECT value FROM json_each(${parameter}))`,
  isOneOf: (expression, parameter) => `${expression} IN (SELECT value FROM json_each(${parameter}))`,
  // It takes a unique index where there is one, and then the row, of which most is not asked for.
  fromIndex: (index) => `INDEXED BY "${index}"`,
  // `->>` takes a string out as it is, also one that reads like JSON, and gives NULL for a missing property. The cast
  // gives the column the type that was named, as the other engine does, whatever the JSON held.
  rows: (parameter, columns) => {
    const list = Object.entries(columns).map(
      ([name, type]) => `CAST(value ->> '${name}' AS ${TYPES[type]}) AS "${name}"`,
    );
    return `(SELECT ${list.join(', ')} FROM json_each(${parameter}))`;
  },
  list: (expression) => `json_group_array(${expression})`,
  // It has no function that makes a number of a text.
  digest: (expression) => `json_group_array(${expression})`,
};
