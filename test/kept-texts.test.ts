import {
  getOperationAST,
  GraphQLList,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  parse,
} from 'graphql';
import { CompiledQueries } from '../src/graphql/compiled-queries';
import { TextRoom } from '../src/lib/text-room';

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
class Me extends TextRoom {
  readonly id = 'ann';
  readonly customInfo = [{ key: 'city' }];
}
const rootValue = { me: new Me() };

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

  it.each([
    ['is kept for four selections', 4, 0],
    ['is made anew where more are asked for in turn', 5, 1],
  ])('%s', async (_what, count, writtenAgain) => {
    const queries = Array.from({ length: count }, (_, index) => `{ me { name${String(index)}: id } }`);
    for (const query of queries) await countSecond(query);
    for (const query of queries) {
      const document = parse(query);
      written = 0;
      await compiled.findText({ document, rootValue }, getOperationAST(document));
      expect(written).toBe(writtenAgain);
    }
  });

  it('is not kept for an object that has no room for it', async () => {
    const document = parse('{ me { id } }');
    const { id, customInfo } = rootValue.me;
    const copy = { me: { id, customInfo } };
    for (let times = 0; times < 2; times++) {
      written = 0;
      await compiled.findText({ document, rootValue: copy }, getOperationAST(document));
      expect(written).toBe(1);
    }
  });

  it('is in no copy of the object, and not in its JSON', () => {
    expect(Object.keys(rootValue.me)).toEqual(['id', 'customInfo']);
    expect(JSON.stringify(rootValue.me)).toBe('{"id":"ann","customInfo":[{"key":"city"}]}');
  });
});
