import { CUSTOM_KEY } from './lists';
import type { Answer } from './model';
import type { Step } from './steps';

/** A step as an operation. `field` is the one field of the answer. */
interface StepCall {
  /** Null for the administrator. */
  by: string | null;
  field: string;
  query: string;
  variables: Record<string, unknown>;
}

const RESULT = '{ userID resultCode }';

/** `user` turns a name of the history into the id to send. */
export function toCall(step: Step, user: (name: string) => string): StepCall {
  const call = (
    by: string | null,
    field: string,
    types: string,
    variables: Record<string, unknown>,
    select = RESULT,
  ) => {
    const names = types.split(', ').map((part) => part.split(':')[0] ?? '');
    const declared = types.split(', ').map((part) => `$${part}`);
    const passed = names.map((name) => `${name}: $${name}`).join(', ');
    return {
      by,
      field,
      variables,
      query: `mutation (${declared.join(', ')}) { ${field}(${passed}) ${select} }`,
    };
  };
  const users = (names: readonly string[]): string[] => names.map(user);
  switch (step.kind) {
    case 'add':
      return call(step.by, 'addFriend', 'input: AddFriendInput!', {
        input: {
          userID: user(step.to),
          friendRemark: step.remark,
          friendGroup: step.group,
          addWording: step.wording,
          addSource: step.source,
          addType: step.both ? 'BOTH' : 'SINGLE',
        },
      });
    case 'accept':
      return call(step.by, 'acceptFriendApplication', 'input: AcceptFriendApplicationInput!', {
        input: {
          userID: user(step.to),
          acceptType: step.andAdd ? 'AGREE_AND_ADD' : 'AGREE',
          friendRemark: step.remark,
        },
      });
    case 'refuse':
      return call(step.by, 'refuseFriendApplication', 'userID: ID!', { userID: user(step.to) });
    case 'deleteApplication':
      return call(step.by, 'deleteFriendApplication', 'userID: ID!, type: FriendApplicationType!', {
        userID: user(step.to),
        type: step.type,
      });
    case 'read': {
      const userIDs = step.users === null ? null : users(step.users);
      return call(step.by, 'setFriendApplicationRead', 'userIDs: [ID!]', { userIDs }, '');
    }
    case 'unfriend':
      return call(step.by, 'deleteFromFriendList', 'userIDs: [ID!]!, deleteType: FriendType!', {
        userIDs: users(step.users),
        deleteType: step.both ? 'BOTH' : 'SINGLE',
      });
    case 'block':
      return call(step.by, 'addToBlockList', 'userIDs: [ID!]!', { userIDs: users(step.users) });
    case 'unblock':
      return call(step.by, 'deleteFromBlockList', 'userIDs: [ID!]!', { userIDs: users(step.users) });
    case 'createGroup':
    case 'addToGroup':
    case 'removeFromGroup':
      return call(step.by, GROUP_FIELDS[step.kind], 'name: String!, userIDs: [ID!]!', {
        name: step.name,
        userIDs: users(step.users),
      });
    case 'deleteGroups':
      return call(step.by, 'deleteFriendGroups', 'names: [String!]!', { names: step.names }, '');
    case 'renameGroup': {
      const { name: oldName, newName } = step;
      const types = 'oldName: String!, newName: String!';
      return call(step.by, 'renameFriendGroup', types, { oldName, newName }, '{ name friendCount }');
    }
    case 'note': {
      const friendCustomInfo = step.custom === null ? null : [{ key: CUSTOM_KEY, value: step.custom }];
      const select = '{ resultCode relation friendInfo { friendRemark friendCustomInfo { key value } } }';
      const input = { userID: user(step.to), friendRemark: step.remark, friendCustomInfo };
      return call(step.by, 'setFriendInfo', 'input: SetFriendInfoInput!', { input }, select);
    }
    case 'self': {
      const input = { nickName: step.nick, allowType: step.allowType };
      return call(step.by, 'setSelfInfo', 'input: SetSelfInfoInput!', { input }, '{ nickName allowType }');
    }
    case 'importFriends':
      return call(null, 'importFriends', 'userID: ID!, friends: [ImportFriendInput!]!', {
        userID: user(step.owner),
        friends: step.friends.map((friend) => ({
          userID: user(friend.user),
          friendRemark: friend.remark,
          friendGroups: friend.groups,
        })),
      });
    case 'forbid':
      return call(null, 'importUsers', 'users: [ImportUserInput!]!', {
        users: [{ userID: user(step.user), adminForbidType: step.forbidden ? 'SEND_OUT' : 'NONE' }],
      });
    case 'deleteUsers':
      return call(null, 'deleteUsers', 'userIDs: [ID!]!', { userIDs: users(step.users) });
  }
}

const GROUP_FIELDS = {
  createGroup: 'createFriendGroup',
  addToGroup: 'addFriendsToFriendGroup',
  removeFromGroup: 'deleteFriendsFromFriendGroup',
} as const;

/** The server's answer in the model's form. */
export function toAnswer(step: Step, value: unknown): Answer {
  switch (step.kind) {
    case 'read':
    case 'deleteGroups':
    case 'renameGroup':
      return value;
    case 'self': {
      const { nickName, allowType } = value as Record<string, string>;
      return { nick: nickName, allowType };
    }
    case 'note': {
      const { resultCode, relation, friendInfo } = value as {
        resultCode: string;
        relation: string;
        friendInfo: { friendRemark: string; friendCustomInfo: { key: string; value: string }[] } | null;
      };
      if (resultCode !== 'OK' || friendInfo === null) return { code: resultCode, relation };
      const custom = friendInfo.friendCustomInfo.find(({ key }) => key === CUSTOM_KEY)?.value ?? '';
      return { code: resultCode, relation, remark: friendInfo.friendRemark, custom };
    }
    default:
      return Array.isArray(value)
        ? (value as { resultCode: string }[]).map(({ resultCode }) => resultCode)
        : (value as { resultCode: string }).resultCode;
  }
}
