import * as fc from 'fast-check';
import { execute, getOperationAST, parse, validate, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { loadConfig } from '../src/config';
import { CompiledQueries } from '../src/graphql/compiled-queries';
import { RequestContext } from '../src/graphql/context';
import { createExecutableSchema } from '../src/graphql/resolvers';
import { toByteText } from '../src/lib/byte-text';
import { openServices, type Services } from '../src/services';
import { executeCompiled } from './support/execute-compiled';
import { QueryGenerator } from './support/generated-queries';
import { sqlite } from './support/stores';

const RUNS = Number(process.env['DIFFERENTIAL_RUNS'] ?? 200);
const WORDS = {
  ids: ['ann', 'bob', 'cat', 'dan', 'eve', 'nobody', 'not an id'],
  texts: ['', 'b', 'family', 'work', 'a "quoted" \u{1f600} text'],
  // Never compiled, so that it would be compared with itself.
  unasked: ['exportUser'],
};
const SETUP = `mutation {
  importUsers(users: [
    { userID: "ann", nickName: "Ann \\"A\\" \u{1f600}" }, { userID: "bob", gender: MALE, birthday: 19840229 },
    { userID: "cat", allowType: ALLOW_ANY, customInfo: [{ key: "a", value: "1" }, { key: "b", value: "\\\\" }] },
    { userID: "dan" }, { userID: "eve" }
  ]) { code }
  ann: importFriends(userID: "ann", friends: [
    { userID: "bob", friendRemark: "Bobby", friendGroups: ["family", "work"], addTime: "2024-02-29T12:00:00.123Z" },
    { userID: "cat", friendCustomInfo: [{ key: "x", value: "y" }] }
  ]) { code }
  bob: importFriends(userID: "bob", friends: [{ userID: "ann" }]) { code }
  askDan: addFriend(input: { userID: "dan", addWording: "hello" }) { code }
  addToBlockList(userIDs: ["eve"]) { code }
  createFriendGroup(name: "empty", userIDs: []) { code }
}`;

describe('a compiled query', () => {
  let drop: () => Promise<void>;
  let services: Services;
  let schema: GraphQLSchema;
  let compiled: CompiledQueries;
  let compiledAnswers = 0;

  beforeAll(async () => {
    const place = await sqlite.create();
    drop = () => place.drop();
    // Both executions tell the same time.
    const clock = { now: () => Date.UTC(2026, 0, 1) };
    services = await openServices({ ...loadConfig({}), ...place.config }, { clock });
    schema = createExecutableSchema(services);
    compiled = new CompiledQueries(schema, { compileAtUse: 1, onCompiledAnswer: () => compiledAnswers++ });
    const { errors } = await execute({
      schema,
      document: parse(SETUP),
      contextValue: createContext('ann', true),
    });
    expect(errors).toBeUndefined();
  });
  afterAll(async () => {
    await services.stop();
    await drop();
  });

  function createContext(userID: string, isAdmin = false): RequestContext {
    return new RequestContext({ userID, isAdmin }, services, null);
  }

  const write = ({ data, errors }: ExecutionResult): string => JSON.stringify({ data, errors });

  it('answers byte for byte what graphql-js answers, errors included, whatever is asked', async () => {
    const seen = { answers: 0, texts: 0, errors: 0 };
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (gen) => {
        const { text, variables } = QueryGenerator.draw(gen, schema, WORDS);
        const document = parse(text);
        fc.pre(validate(schema, document).length === 0);
        const args = { schema, document, variableValues: variables };
        // Of a document of its own: what is remembered of one must be right by itself.
        const own = { ...args, document: parse(text), contextValue: createContext('ann') };
        const expected = await execute(own);
        const before = compiledAnswers;
        const answer = await executeCompiled(compiled, { ...args, contextValue: createContext('ann') });
        expect([text, write(answer)]).toEqual([text, write(expected)]);
        seen.answers += compiledAnswers - before;
        const operation = getOperationAST(document);
        const written = await compiled.findText({ ...args, contextValue: createContext('ann') }, operation);
        if (written !== null)
          expect([text, written]).toEqual([text, toByteText(JSON.stringify(expected.data))]);
        seen.texts += written === null ? 0 : 1;
        seen.errors += expected.errors === undefined ? 0 : 1;
      }),
      { numRuns: RUNS },
    );
    // Otherwise graphql-js was compared with itself.
    expect(seen.answers).toBeGreaterThan(RUNS / 4);
    expect(seen.texts).toBeGreaterThanOrEqual(seen.answers);
    expect(seen.errors).toBeGreaterThan(0);
  }, 120_000);
});
