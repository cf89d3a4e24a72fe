import { execute, GraphQLEnumType, GraphQLError, parse } from 'graphql';
import { GraphQLBoolean, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType } from 'graphql';
import { GraphQLInputObjectType, GraphQLScalarType, GraphQLSchema, GraphQLString } from 'graphql';
import { CompiledQueries } from '../src/graphql/compiled-queries';
import { executeCompiled } from './support/execute-compiled';

const fail = (): never => {
  throw new Error('failed');
};
const Color = new GraphQLEnumType({
  name: 'Color',
  values: { RED: { value: 1 }, BLUE: { value: { rgb: 255 } } },
});
/** Reads what it is given once only: a second time it is another type. */
const Instant = new GraphQLScalarType({
  name: 'Instant',
  parseValue: (value) => {
    if (typeof value !== 'number') throw new GraphQLError('An instant is a number.');
    return new Date(value);
  },
});
const Search = new GraphQLInputObjectType({
  name: 'Search',
  fields: {
    words: { type: new GraphQLNonNull(new GraphQLList(GraphQLString)) },
    exact: { type: GraphQLBoolean, defaultValue: true },
  },
});
const echo = (type: GraphQLEnumType | GraphQLScalarType | GraphQLInputObjectType) => ({
  type: GraphQLString,
  args: { value: { type } },
  resolve: (_source: unknown, args: unknown) => JSON.stringify(args),
});
const Item: GraphQLObjectType = new GraphQLObjectType({
  name: 'Item',
  fields: () => ({
    one: { type: GraphQLInt, resolve: () => 1 },
    fails: { type: GraphQLInt, resolve: fail },
    rejects: { type: GraphQLInt, resolve: () => Promise.reject(new Error('rejected')) },
    required: { type: new GraphQLNonNull(GraphQLInt), resolve: () => null },
    noNumber: { type: GraphQLInt, resolve: () => 'x' },
    broken: { type: new GraphQLList(Item), resolve: () => [{}, Promise.reject(new Error('item')), null] },
    items: { type: new GraphQLList(new GraphQLNonNull(Item)), resolve: () => [{}, {}] },
    color: echo(Color),
    instant: echo(Instant),
    search: echo(Search),
  }),
});
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { item: { type: Item, resolve: () => ({}) } } }),
});

async function compare(
  text: string,
  variableValues: Record<string, unknown>,
): Promise<{ isCompiled: boolean }> {
  let isCompiled = false;
  const compiled = new CompiledQueries(schema, {
    compileAtUse: 1,
    onCompiledAnswer: () => (isCompiled = true),
  });
  const args = { schema, document: parse(text), variableValues };
  expect(JSON.stringify(await executeCompiled(compiled, args))).toBe(JSON.stringify(await execute(args)));
  return { isCompiled };
}

describe('a compiled query is answered as graphql-js does', () => {
  it.each([
    'fails',
    'rejects',
    'required',
    'noNumber',
    'broken { one }',
    'items { required fails }',
    'items { rejects }',
  ])('when %s', async (field) => {
    expect(await compare(`{ item { one ${field} } other: item { one } }`, {})).toEqual({ isCompiled: false });
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['$v: Color', 'color(value: $v)', { v: 'RED' }],
    ['$v: Color = BLUE', 'color(value: $v)', {}],
    ['$v: Instant', 'instant(value: $v)', { v: 7 }],
    ['$v: Search', 'search(value: $v)', { v: { words: 'alone' } }],
    ['$v: Int', 'color', { v: null }],
  ])('with variables %s in %s', async (definitions, field, variables) => {
    expect(
      await compare(`query (${definitions}) { item { ${field} one @skip(if: false) } }`, variables),
    ).toEqual({
      isCompiled: true,
    });
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['$v: Boolean', 'search(value: { words: [], exact: $v })', {}],
    ['$v: String', 'search(value: { words: [$v] })', {}],
    ['$v: Color', 'color(value: $v)', { v: 'GREEN' }],
    ['$v: Instant', 'instant(value: $v)', { v: 'x' }],
    ['$v: Int!', 'one', {}],
    ['$v: Int!', 'one', { v: 1.5 }],
  ])('with variables %s in %s, which are left to it', async (definitions, field, variables) => {
    expect(await compare(`query (${definitions}) { item { ${field} } }`, variables)).toEqual({
      isCompiled: false,
    });
  });
});
