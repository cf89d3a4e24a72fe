import { getMetadataArgsStorage } from 'typeorm';
import { entities } from './schema';

export interface TableColumn {
  readonly name: string;
  /** As a dialect's `rows` takes it. */
  readonly type: 'text' | 'integer';
  /** Of an integer: whether it is a moment, in milliseconds since 1970. One that is none has 32 bits. */
  readonly isMoment: boolean;
  readonly isNullable: boolean;
}

/** A table as its entity declares it. */
export interface Table {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** The primary key's columns in their order; the first holds the user whose row it is. */
  readonly key: readonly string[];
}

const TYPES: ReadonlyMap<unknown, TableColumn['type']> = new Map([
  ['text', 'text'],
  ['integer', 'integer'],
  ['bigint', 'integer'],
]);

/** Every table with rows of users, in the order of `entities`. What is copied or moved as a whole goes by this list. */
export const tables: readonly Table[] = entities.map(toTable);

function toTable(entity: (typeof entities)[number]): Table {
  const declared = getMetadataArgsStorage();
  const name = declared.tables.find(({ target }) => target === entity)?.name ?? entity.name;
  const own = declared.columns.filter(({ target }) => target === entity);
  const columns = own.map(({ options, propertyName }): TableColumn => {
    const type = TYPES.get(options.type);
    if (type === undefined)
      throw new Error(`The type of ${name}.${propertyName} is not one that can be moved.`);
    return {
      name: options.name ?? propertyName,
      type,
      // Nothing else needs so many bits.
      isMoment: options.type === 'bigint',
      isNullable: options.nullable === true,
    };
  });
  const key = columns.filter((_, index) => own[index]?.options.primary === true);
  if (key[0]?.type !== 'text') throw new Error(`The key of ${name} does not begin with a user.`);
  return { name, columns, key: key.map((column) => column.name) };
}
