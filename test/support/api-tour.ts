import { LISTEN, TestListener } from './listener';
import { ADMIN, type Caller, type TestServer } from './server';

/** A call of each operation of the API, by its name, and where it makes a difference in several forms; in order. */
const STEPS: readonly (readonly [name: string, caller: string | Caller, operation: string])[] = [
  ['importUsers', ADMIN, importUsers('ann', 'bob', 'cho', 'dan', 'eve', 'fay', 'gil')],
  ['importUsers', ADMIN, importUsers('ann', 'hal')],
  [
    'importFriends',
    ADMIN,
    'mutation { importFriends(userID: "ann", friends: [{ userID: "gil", friendGroups: ["new"] }]) { code } }',
  ],
  ['me', 'ann', '{ me { id } }'],
  ['setSelfInfo', 'ann', 'mutation { setSelfInfo(input: { nickName: "Ann" }) { id } }'],
  ['addFriend', 'ann', 'mutation { addFriend(input: { userID: "bob", friendGroup: "asked" }) { code } }'],
  ['addFriend', 'cho', 'mutation { addFriend(input: { userID: "bob" }) { code } }'],
  ['addFriend', 'dan', 'mutation { addFriend(input: { userID: "bob" }) { code } }'],
  ['addFriend', 'eve', 'mutation { addFriend(input: { userID: "bob" }) { code } }'],
  [
    'friendApplicationList',
    'bob',
    '{ friendApplicationList(type: COME_IN, first: 1) { totalCount unreadCount nodes { user { id } } pageInfo { endCursor } } }',
  ],
  [
    'friendApplicationList',
    'bob',
    '{ friendApplicationList(type: COME_IN, after: "CURSOR") { nodes { id } pageInfo { hasPreviousPage } } }',
  ],
  ['setFriendApplicationRead', 'bob', 'mutation { setFriendApplicationRead(userIDs: ["ann"]) }'],
  ['setFriendApplicationRead', 'bob', 'mutation { setFriendApplicationRead }'],
  [
    'acceptFriendApplication',
    'bob',
    'mutation { acceptFriendApplication(input: { userID: "ann", friendRemark: "A" }) { code } }',
  ],
  ['refuseFriendApplication', 'bob', 'mutation { refuseFriendApplication(userID: "cho") { code } }'],
  [
    'deleteFriendApplication',
    'dan',
    'mutation { deleteFriendApplication(type: SEND_OUT, userID: "bob") { code } }',
  ],
  [
    'deleteFriendApplication',
    'bob',
    'mutation { deleteFriendApplication(type: COME_IN, userID: "eve") { code } }',
  ],
  [
    'setFriendInfo',
    'ann',
    'mutation { setFriendInfo(input: { userID: "bob", friendRemark: "B" }) { code } }',
  ],
  ['createFriendGroup', 'ann', 'mutation { createFriendGroup(name: "g", userIDs: ["bob"]) { code } }'],
  [
    'addFriendsToFriendGroup',
    'ann',
    'mutation { addFriendsToFriendGroup(name: "g", userIDs: ["gil"]) { code } }',
  ],
  ['friendGroups', 'ann', '{ friendGroups { name friendCount } some: friendGroups(names: ["g"]) { name } }'],
  [
    'friendList',
    'ann',
    '{ all: friendList { totalCount nodes { friendGroups user { id } } } friendList(groupName: "g", first: 1) { totalCount nodes { friendGroups user { id } } pageInfo { endCursor } } }',
  ],
  [
    'friendList',
    'ann',
    '{ friendList(groupName: "g", after: "CURSOR") { totalCount nodes { userID } pageInfo { hasPreviousPage } } }',
  ],
  ['searchFriends', 'ann', '{ searchFriends(input: { keywords: ["b"] }) { nodes { userID } } }'],
  [
    'friendsInfo',
    'ann',
    '{ friendsInfo(userIDs: ["bob", "cho"]) { relation friendInfo { friendRemark friendGroups user { id } } } }',
  ],
  ['checkFriends', 'ann', '{ checkFriends(userIDs: ["bob"]) { relation } }'],
  ['usersInfo', 'ann', '{ usersInfo(userIDs: ["bob", "hal", "nobody"]) { user { nickName } } }'],
  ['renameFriendGroup', 'ann', 'mutation { renameFriendGroup(oldName: "g", newName: "h") { name } }'],
  [
    'deleteFriendsFromFriendGroup',
    'ann',
    'mutation { deleteFriendsFromFriendGroup(name: "h", userIDs: ["gil"]) { code } }',
  ],
  ['deleteFriendGroups', 'ann', 'mutation { deleteFriendGroups(names: ["h"]) }'],
  ['setSelfInfo', 'bob', 'mutation { setSelfInfo(input: { nickName: "Bob" }) { id } }'],
  ['deleteFromFriendList', 'ann', 'mutation { deleteFromFriendList(userIDs: ["gil"]) { code } }'],
  ['addToBlockList', 'ann', 'mutation { addToBlockList(userIDs: ["cho", "dan"]) { code } }'],
  ['blockList', 'ann', '{ blockList(first: 1) { totalCount nodes { user { id } } pageInfo { endCursor } } }'],
  ['blockList', 'ann', '{ blockList(after: "CURSOR") { nodes { userID } pageInfo { hasPreviousPage } } }'],
  ['deleteFromBlockList', 'ann', 'mutation { deleteFromBlockList(userIDs: ["cho"]) { code } }'],
  ['friendshipEventPosition', 'ann', '{ friendshipEventPosition }'],
  ['exportUser', 'ann', '{ exportUser(userID: "ann") }'],
  ['revokeTokens', ADMIN, 'mutation { revokeTokens(input: { userID: "hal" }) { id } }'],
  ['revocations', ADMIN, '{ revocations { nodes { id } } }'],
  ['restoreTokens', ADMIN, 'mutation { restoreTokens(input: { userID: "hal" }) { id } }'],
  ['deleteUsers', ADMIN, 'mutation { deleteUsers(userIDs: ["dan", "eve"]) { code } }'],
  ['auditLog', ADMIN, '{ auditLog(first: 1) { nodes { operation } pageInfo { endCursor } } }'],
  ['auditLog', ADMIN, '{ auditLog(userID: "ann", first: 1) { nodes { operation } } }'],
];

/** The operations that the tour calls; with `friendshipEvents`, all that the schema may have. */
export const TOURED: ReadonlySet<string> = new Set([...STEPS.map(([name]) => name), 'friendshipEvents']);

/** Calls every operation of the API, with listeners live and coming back. Rejects when one is refused as a whole. */
export async function tourApi(server: TestServer): Promise<void> {
  const { listener, opened } = await TestListener.open(server, 'ann');
  let cursor = '';
  for (const [, caller, operation] of STEPS) {
    const data = await server.call(caller, operation.replace('CURSOR', cursor));
    cursor = /"endCursor":"([^"]+)"/.exec(JSON.stringify(data))?.[1] ?? cursor;
  }
  // Until the owners have been told of the profile that was changed.
  while ((await listener.next()).type !== 'FRIEND_INFO_CHANGED');
  await listener.stop();
  const { listener: back } = await TestListener.open(server, 'ann', { after: opened.cursor });
  while ((await back.next()).type !== 'FRIEND_INFO_CHANGED');
  await back.stop();
  await tellOwners(server);
}

/** A profile change is shown to several at once: with what they keep of the friend, and with their remark alone. */
async function tellOwners(server: TestServer): Promise<void> {
  const owners = ['ida', 'jon'];
  await server.call(ADMIN, importUsers(...owners, 'kit'));
  for (const owner of owners) {
    const friends = 'friends: [{ userID: "kit" }]';
    await server.call(ADMIN, `mutation { importFriends(userID: "${owner}", ${friends}) { code } }`);
  }
  const listeners = await Promise.all(
    [LISTEN, LISTEN_FOR_REMARKS].flatMap((document) =>
      owners.map(async (owner) => (await TestListener.open(server, owner, { document })).listener),
    ),
  );
  await server.call('kit', 'mutation { setSelfInfo(input: { nickName: "Kit" }) { id } }');
  for (const listener of listeners) {
    while ((await listener.next()).type !== 'FRIEND_INFO_CHANGED');
    await listener.stop();
  }
}

const LISTEN_FOR_REMARKS = `subscription ($after: String) { friendshipEvents(after: $after) {
  __typename seq cursor type ... on FriendInfoChanged { friends { friendRemark user { nickName } } } } }`;

function importUsers(...userIDs: string[]): string {
  const users = userIDs.map((userID) => `{ userID: "${userID}", nickName: "${userIDs.length}" }`);
  return `mutation { importUsers(users: [${users.join(', ')}]) { code } }`;
}
