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
    server = await TestServer.start();
    await createUsers(server, ['ann', ...USERS], { allowType: 'ALLOW_ANY' });
  });
  afterAll(() => server.stop());

  function measure(): number {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  }

  it.each([
    ['adds', (userID: string) => `addFriend(input: { userID: "${userID}" }) { resultCode }`],
    [
      'deletes',
      (userID: string) => `deleteFromFriendList(userIDs: ["${userID}"], deleteType: BOTH) { resultCode }`,
    ],
  ])('that %s a friend is not its document', async (_what, toField) => {
    const before = measure();
    for (const userID of USERS) await server.call('ann', `${PADDING}mutation { ${toField(userID)} }`);
    expect(measure() - before).toBeLessThan(MAX_BYTES);
  });
});
