import { openDatabase } from '../../src/database/open-database';
import type { Place } from './place';
import { befriend, createUsers, importFriends } from './people';
import { ADMIN, type TestServer } from './server';

/** Puts rows of every kind into the database, with every kind of text, through a server on it. */
export async function liveFully(server: TestServer): Promise<void> {
  await befriend(server, 'ann', 'ben', 'cho');
  await createUsers(server, ['dan', 'eve'], { nickName: 'Zoë "🎈"\n\\', allowType: 'NEED_CONFIRM' });
  await importFriends(server, 'ann', [
    { userID: 'eve', friendRemark: 'ž 😀', friendCustomInfo: [{ key: 'note', value: "it's" }] },
  ]);
  const calls = [
    'setSelfInfo(input: { nickName: "Änn", customInfo: [{ key: "a", value: "b" }], birthday: 19990131 }) { id }',
    'createFriendGroup(name: "grüße", userIDs: ["ben", "eve"]) { resultCode }',
    'createFriendGroup(name: "Zoo", userIDs: ["ben"]) { resultCode }',
    'addFriend(input: { userID: "dan", addWording: "hi, dan", friendRemark: "d", addSource: "web" }) { code }',
    'addToBlockList(userIDs: ["fay"]) { resultCode }',
  ];
  await createUsers(server, ['fay']);
  for (const call of calls) await server.call('ann', `mutation { ${call} }`);
  await server.call('dan', 'mutation { setFriendApplicationRead }');
  await server.call('ben', 'mutation { addFriend(input: { userID: "dan" }) { code } }');
  await server.call('dan', 'mutation { refuseFriendApplication(userID: "ben") { code } }');
  // A token's id may be any text: sorted by bytes, and not as JavaScript does.
  for (const tokenID of ['of a lost phone', 'ｅ', '😀'])
    await server.call(ADMIN, `mutation { revokeTokens(input: { tokenID: "${tokenID}" }) { id } }`);
}

/** Adds what a server does away with by itself: a waiting job, and a stream whose beginning is trimmed. */
export async function addUnfinished({ config }: Place): Promise<void> {
  const { dataDir = '', databaseUrl } = config;
  await using database = await openDatabase({ dataDir, databaseUrl });
  await database.transaction(async (tx) => {
    await tx.all(`INSERT INTO profile_fanout VALUES ('ann', 'ben', 'ann', 1, 1700000000000)`);
    await tx.all(`UPDATE event_stream SET floor = 1 WHERE user_id = 'ben'`);
    await tx.all(`DELETE FROM event WHERE user_id = 'ben' AND seq <= 1`);
  });
}
