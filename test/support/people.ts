import { ADMIN, type Caller, type TestServer } from './server';

export interface Result {
  userID: string;
  resultCode: string;
  code: number;
  resultInfo: string;
}

export const RESULT = '{ userID resultCode code resultInfo }';

const IMPORT_USERS = `mutation ($users: [ImportUserInput!]!) { importUsers(users: $users) ${RESULT} }`;
const IMPORT_FRIENDS = `mutation ($owner: ID!, $friends: [ImportFriendInput!]!) {
  importFriends(userID: $owner, friends: $friends) ${RESULT}
}`;

export function toCodes(results: readonly { resultCode: string }[]): string[] {
  return results.map((result) => result.resultCode);
}

/** `u0001` and on, sorted. */
export function toIDs(count: number, prefix = 'u'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${String(index + 1).padStart(4, '0')}`);
}

/** Creates users with the same profile, or changes those that exist. */
export async function createUsers(
  server: TestServer,
  userIDs: readonly string[],
  profile: Record<string, unknown> = {},
): Promise<void> {
  for (let start = 0; start < userIDs.length; start += 100) {
    const users = userIDs.slice(start, start + 100).map((userID) => ({ ...profile, userID }));
    await server.call(ADMIN, IMPORT_USERS, { users });
  }
}

/** Imports entries into one list, as an administrator. */
export async function importFriends(
  server: TestServer,
  owner: string,
  friends: readonly Record<string, unknown>[],
): Promise<Result[]> {
  const data = await server.call<{ importFriends: Result[] }>(ADMIN, IMPORT_FRIENDS, { owner, friends });
  return data.importFriends;
}

/** Creates the users and makes each pair of neighbours two-way friends: of `a, b, c` a with b and b with c. */
export async function befriend(server: TestServer, ...userIDs: string[]): Promise<void> {
  await createUsers(server, userIDs);
  for (const [index, userID] of userIDs.entries()) {
    const next = userIDs[index + 1];
    if (next === undefined) continue;
    await importFriends(server, userID, [{ userID: next }]);
    await importFriends(server, next, [{ userID }]);
  }
}

/** Puts users into one list only. */
export async function follow(server: TestServer, owner: string, ...userIDs: string[]): Promise<void> {
  await createUsers(server, [owner, ...userIDs]);
  await importFriends(
    server,
    owner,
    userIDs.map((userID) => ({ userID })),
  );
}

/** One `addFriend`. */
export async function addFriend(
  server: TestServer,
  caller: string,
  input: Record<string, unknown>,
): Promise<Result> {
  const query = `mutation ($input: AddFriendInput!) { addFriend(input: $input) ${RESULT} }`;
  return (await server.call<{ addFriend: Result }>(caller, query, { input })).addFriend;
}

/** How the caller and another user stand. */
export async function loadRelation(server: TestServer, caller: string, userID: string): Promise<string> {
  const query = 'query ($id: ID!) { checkFriends(userIDs: [$id]) { relation } }';
  const data = await server.call<{ checkFriends: { relation: string }[] }>(caller, query, { id: userID });
  return data.checkFriends[0]?.relation ?? 'no answer';
}

/** A mutation by the words of its call, such as `addToBlockList(userIDs: ["bob"])`; gives its result codes. */
export async function act(
  server: TestServer,
  caller: string | Caller,
  call: string,
): Promise<string | string[]> {
  const data = await server.call<Record<string, { resultCode: string } | { resultCode: string }[]>>(
    caller,
    `mutation { answer: ${call} ${RESULT} }`,
  );
  const answer = data['answer'];
  if (answer === undefined) throw new Error('The call was not answered.');
  return Array.isArray(answer) ? toCodes(answer) : answer.resultCode;
}
