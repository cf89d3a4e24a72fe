import {
  getOperationAST,
  GraphQLList,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  parse,
} from 'graphql';
import { CompiledQueries } from '../src/graphql/compiled-queries';

let written = 0;
const Text = new GraphQLScalarType({
  name: 'Text',
  serialize: (value) => {
    written++;
    return value;
  },
});
const Field = new GraphQLObjectType({ name: 'Field', fields: { key: { type: Text } } });
const User = new GraphQLObjectType({
  name: 'User',
  fields: { id: { type: Text }, customInfo: { type: new GraphQLList(Field) } },
});
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { me: { type: User } } }),
});
const compiled = new CompiledQueries(schema);
const rootValue = { me: { id: 'ann', customInfo: [{ key: 'city' }] } };

/** How many values are written for the second answer. */
async function countSecond(query: string): Promise<number> {
  const document = parse(query);
  const ask = () => compiled.findText({ document, rootValue }, getOperationAST(document));
  const first = await ask();
  written = 0;
  expect(await ask()).toBe(first);
  expect(first).toContain('ann');
  return written;
}

describe('the text of a shared object', () => {
  it.each(['{ me { id } }', '{ me { userID: id customInfo { key } } }', '{ me { id ... { id } } }'])(
    'is kept: %s',
    async (query) => {
      expect(await countSecond(query)).toBe(0);
    },
  );

  it.each([
    ['a field is asked for twice', '{ me { id again: id } }', 2],
    ['a field below is', '{ me { id customInfo { key again: key } } }', 3],
    ['its names are long', `{ me { ${'a'.repeat(500)}: id } }`, 1],
  ])('is not kept where it would be far larger than the object: %s', async (_what, query, count) => {
    expect(await countSecond(query)).toBe(count);
  });
});
