import { act, addFriend, befriend, createUsers } from './people';
import { ADMIN, type TestServer } from './server';

/** A user id that is part of no other text. */
export const USER = 'zoe-the-user';
/** Stands in every text that the user wrote. */
export const MARK = 'QxMarkxQ';

/** Makes a user of whom there is something in every table, and who stands in the lists of others. */
export async function createWholeUser(server: TestServer): Promise<void> {
  await createUsers(server, ['asked', 'answered', 'asker', 'refused', 'blocker', 'blocked', 'friend']);
  await createUsers(server, [USER], {
    nickName: `${MARK} nick`,
    faceUrl: `${MARK} face`,
    selfSignature: `${MARK} words`,
    customInfo: [{ key: 'hobby', value: `${MARK} hobby` }],
  });
  await befriend(server, USER, 'friend');
  await server.call(
    USER,
    `mutation { setFriendInfo(input: { userID: "friend", friendRemark: "${MARK} remark",
      friendCustomInfo: [{ key: "since", value: "${MARK} since" }] }) { resultCode } }`,
  );
  await act(server, USER, `createFriendGroup(name: "${MARK} group", userIDs: ["friend"])`);
  await act(server, 'friend', `createFriendGroup(name: "theirs", userIDs: ["${USER}"])`);
  for (const userID of ['asked', 'answered']) {
    const words = { addSource: MARK, addWording: `${MARK} wording`, friendRemark: `${MARK} remark` };
    await addFriend(server, USER, { userID, ...words, friendGroup: 'new' });
  }
  await act(server, 'answered', `refuseFriendApplication(userID: "${USER}")`);
  for (const asker of ['asker', 'refused'])
    await addFriend(server, asker, { userID: USER, addWording: 'hello' });
  await act(server, USER, 'refuseFriendApplication(userID: "refused")');
  await act(server, 'blocker', `addToBlockList(userIDs: ["${USER}"])`);
  await act(server, USER, 'addToBlockList(userIDs: ["blocked"])');
  await server.call({ ...ADMIN, actAs: USER }, 'mutation { setSelfInfo(input: { level: 7 }) { id } }');
  await server.call(ADMIN, `mutation { revokeTokens(input: { userID: "${USER}" }) { id } }`);
}
