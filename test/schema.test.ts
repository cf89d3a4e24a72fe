import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  findBreakingChanges,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
  type GraphQLSchema,
} from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import { createSchema } from '../src/graphql/schema';

const read = (path: string): string => readFileSync(join(__dirname, path), 'utf8');
const schema = createSchema([]);

interface Described {
  name: string;
  description?: string | null | undefined;
}

/** Everything that a reader of the schema meets, by its path. */
function* walk(all: GraphQLSchema): Generator<[path: string, described: Described]> {
  for (const type of Object.values(all.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    yield [type.name, type];
    // The three roots and what hangs on them are types like any other.
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        yield [`${type.name}.${field.name}`, field];
        for (const arg of field.args) yield [`${type.name}.${field.name}(${arg.name})`, arg];
      }
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field];
    }
    if (isEnumType(type)) {
      for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value];
    }
  }
}

const findUndescribed = (all: GraphQLSchema): string[] =>
  [...walk(all)]
    .filter(([path, { description }]) => !ROOTS.has(path) && (description ?? '').trim() === '')
    .map(([path]) => path);

/** The operation types themselves: nobody looks them up, and TypeGraphQL cannot describe them. */
const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

describe('the schema', () => {
  it('describes every type, field, argument, input field and enum value', () => {
    expect(findUndescribed(schema)).toEqual([]);
  });

  it('is walked to the last corner', () => {
    const bare = buildSchema(`
      type Query { f(a: I): E @deprecated } interface N { g: Int } input I { i: Int } enum E { V } scalar S
    `);
    expect(findUndescribed(bare).sort()).toEqual(
      ['E', 'E.V', 'I', 'I.i', 'N', 'N.g', 'Query.f', 'Query.f(a)', 'S'].sort(),
    );
  });

  it('takes nothing away from the public contract', () => {
    const contract = buildSchema(read('contract/api.graphql'));
    expect(findBreakingChanges(contract, schema)).toEqual([]);
  });

  it('lets graphql-js read every plain property: only what has a method of its own has a resolver', () => {
    const methods = getMetadataStorage().fieldResolvers.map(({ schemaName }) => schemaName);
    const resolved = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !ROOTS.has(type.name) && !isIntrospectionType(type))
      .flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()) : []))
      .filter(({ resolve }) => resolve !== undefined)
      .map(({ name }) => name);
    expect(resolved).toContain('user');
    expect(resolved.filter((name) => !methods.includes(name))).toEqual([]);
  });

  it('stands in schema.graphql as the code emits it', () => {
    expect(read('../schema.graphql')).toBe(`${printSchema(lexicographicSortSchema(schema))}\n`);
  });
});
