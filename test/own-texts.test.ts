import { collectGarbage } from './support/garbage';
import { createUsers, toIDs } from './support/people';
import { TestServer } from './support/server';

/** As long as a body may be, nearly; from the thirteenth character on, V8 cuts a literal out of it and keeps the whole. */
const PADDING = `#${' '.repeat(900_000)}\n`;
const USERS = toIDs(20, 'a-user-with-a-long-id');
/** The documents that are known hold their texts, 4 MiB of them. */
const MAX_BYTES = 9 * 1024 * 1024;

describe('what is kept of a mutation', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ config: { metrics: true } });
    await createUsers(server, ['ann', ...USERS], { allowType: 'ALLOW_ANY' });
  });
  afterAll(() => server.stop());

  const measure = async (
    toMutation: (userID: string, index: number) => string,
    caller: string | null,
  ): Promise<number> => {
    const read = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = read();
    for (const [index, userID] of USERS.entries())
      await server.call(caller ?? userID, PADDING + toMutation(userID, index));
    return read() - before;
  };

  it.each<[what: string, toMutation: (userID: string, index: number) => string, caller: string | null]>([
    [
      'add',
      (userID: string) => `mutation { addFriend(input: { userID: "${userID}" }) { resultCode } }`,
      'ann',
    ],
    [
      'delete',
      (userID: string) =>
        `mutation { deleteFromFriendList(userIDs: ["${userID}"], deleteType: BOTH) { resultCode } }`,
      'ann',
    ],
    [
      'have names',
      (_userID: string, index: number) =>
        `mutation ANameThatIsLong${String(index)} { setSelfInfo(input: { level: 1 }) { id } }`,
      null,
    ],
  ])('is not its document: those that %s', async (_what, toMutation, caller) => {
    // Few names of operations are kept of one user.
    expect(await measure(toMutation, caller)).toBeLessThan(MAX_BYTES);
  });
});
