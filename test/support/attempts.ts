import {
  getNamedType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

/** What somebody else may have got hold of: where Alice's lists and her stream stand. */
export interface Stolen {
  friends: string;
  applications: string;
  blocks: string;
  stream: string;
}

interface Attempts {
  /** The arguments of each call, in the words of a document. */
  calls: string[];
  /** Whether an administrator alone may call it for what is not the caller's own. */
  isAdminOnly?: true;
}

/**
 * By field of Query, Mutation and Subscription: everything that somebody may try with it to reach what is Alice's.
 * A field that is new in the schema needs its line here.
 */
export function toAttempts(stolen: Stolen): Record<string, Attempts> {
  const text = (value: string): string => JSON.stringify(value);
  const users = '"alice", "hidden-friend", "hidden-asker", "hidden-asked", "hidden-blocked"';
  const group = text('HIDDEN group');
  const perUser = (toCall: (userID: string) => string): string[] => users.split(', ').map(toCall);
  return {
    me: { calls: [''] },
    usersInfo: { calls: [`(userIDs: [${users}])`] },
    friendsInfo: { calls: [`(userIDs: [${users}])`] },
    checkFriends: { calls: [`(userIDs: [${users}])`, `(userIDs: [${users}], checkType: SINGLE)`] },
    friendList: {
      calls: ['(first: 500)', `(groupName: ${group})`, `(after: ${text(stolen.friends)}, first: 500)`],
    },
    searchFriends: {
      calls: ['HIDDEN', 'hidden', 'alice', 'e'].map(
        (word) => `(input: { keywords: [${text(word)}], first: 500 })`,
      ),
    },
    friendGroups: { calls: ['', `(names: [${group}])`] },
    friendApplicationList: {
      calls: [
        '(first: 500)',
        '(type: COME_IN)',
        '(type: SEND_OUT)',
        `(after: ${text(stolen.applications)}, first: 500)`,
      ],
    },
    blockList: { calls: ['(first: 500)', `(after: ${text(stolen.blocks)}, first: 500)`] },
    friendshipEventPosition: { calls: [''] },
    exportUser: { calls: ['(userID: "alice")'], isAdminOnly: true },
    auditLog: { calls: ['', '(userID: "alice")'], isAdminOnly: true },
    revocations: { calls: [''], isAdminOnly: true },

    setSelfInfo: { calls: ['(input: { nickName: "taken", customInfo: [{ key: "a", value: "taken" }] })'] },
    setFriendInfo: {
      calls: perUser(
        (id) =>
          `(input: { userID: ${id}, friendRemark: "taken", friendCustomInfo: [{ key: "note", value: "" }] })`,
      ),
    },
    acceptFriendApplication: { calls: perUser((id) => `(input: { userID: ${id} })`) },
    refuseFriendApplication: { calls: perUser((id) => `(userID: ${id})`) },
    setFriendApplicationRead: { calls: ['', `(userIDs: [${users}])`] },
    createFriendGroup: { calls: [`(name: ${group}, userIDs: [${users}])`] },
    addFriendsToFriendGroup: { calls: [`(name: ${group}, userIDs: [${users}])`] },
    deleteFriendsFromFriendGroup: { calls: [`(name: ${group}, userIDs: [${users}])`] },
    renameFriendGroup: { calls: [`(oldName: ${group}, newName: "taken")`] },
    deleteFriendGroups: { calls: [`(names: [${group}, "taken"])`] },
    addFriend: {
      calls: [
        '(input: { userID: "alice", addWording: "hi", friendGroup: "taken" })',
        '(input: { userID: "alice", addType: SINGLE })',
      ],
    },
    deleteFriendApplication: {
      calls: ['COME_IN', 'SEND_OUT'].flatMap((type) => perUser((id) => `(userID: ${id}, type: ${type})`)),
    },
    deleteFromFriendList: {
      calls: ['SINGLE', 'BOTH'].map((type) => `(userIDs: [${users}], deleteType: ${type})`),
    },
    deleteFromBlockList: { calls: [`(userIDs: [${users}])`] },
    addToBlockList: { calls: ['(userIDs: ["alice"])'] },

    importUsers: {
      calls: ['(users: [{ userID: "alice", nickName: "taken", adminForbidType: SEND_OUT }])'],
      isAdminOnly: true,
    },
    importFriends: {
      calls: ['(userID: "alice", friends: [{ userID: "stranger", friendRemark: "taken" }])'],
      isAdminOnly: true,
    },
    deleteUsers: { calls: ['(userIDs: ["alice"])'], isAdminOnly: true },
    revokeTokens: { calls: ['(input: { userID: "alice" })'], isAdminOnly: true },
    restoreTokens: { calls: ['(input: { userID: "alice" })'], isAdminOnly: true },

    friendshipEvents: { calls: ['', `(after: ${text(stolen.stream)})`] },
  };
}

/** Every field below a field of this type; nothing for one that has none. */
export function selectEverything(schema: GraphQLSchema, type: GraphQLNamedType): string {
  if (!isObjectType(type) && !isInterfaceType(type)) return '';
  const fields = Object.values(type.getFields()).map((field) => {
    if (field.args.some(isRequiredArgument)) throw new Error(`${field.name} cannot be asked for as it is.`);
    return `${field.name} ${selectEverything(schema, getNamedType(field.type))}`;
  });
  const kinds = isInterfaceType(type)
    ? schema.getPossibleTypes(type).map((kind) => `... on ${kind.name} ${selectEverything(schema, kind)}`)
    : [];
  return `{ __typename ${[...fields, ...kinds].join(' ')} }`;
}
