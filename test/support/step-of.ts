import type { Step } from './steps';

/** Steps that tests write by hand: the words that do not matter are left out. */
export const stepOf = {
  add: (by: string, to: string, words: { both?: boolean; group?: string } = {}): Step => ({
    kind: 'add',
    by,
    to,
    both: true,
    remark: '',
    group: '',
    wording: '',
    source: '',
    ...words,
  }),
  accept: (by: string, to: string): Step => ({ kind: 'accept', by, to, andAdd: true, remark: '' }),
  withdraw: (by: string, to: string): Step => ({ kind: 'deleteApplication', by, to, type: 'SEND_OUT' }),
  allow: (by: string, allowType: 'ALLOW_ANY' | 'NEED_CONFIRM'): Step => ({
    kind: 'self',
    by,
    nick: null,
    allowType,
  }),
  block: (by: string, user: string): Step => ({ kind: 'block', by, users: [user] }),
  createGroup: (by: string, name: string, ...users: string[]): Step => ({
    kind: 'createGroup',
    by,
    name,
    users,
  }),
  addToGroup: (by: string, name: string, user: string): Step => ({
    kind: 'addToGroup',
    by,
    name,
    users: [user],
  }),
  rename: (by: string, name: string, newName: string): Step => ({ kind: 'renameGroup', by, name, newName }),
  deleteGroup: (by: string, name: string): Step => ({ kind: 'deleteGroups', by, names: [name] }),
  read: (by: string, ...users: string[]): Step => ({ kind: 'read', by, users }),
  deleteUser: (user: string): Step => ({ kind: 'deleteUsers', users: [user] }),
  importFriend: (owner: string, user: string): Step => ({
    kind: 'importFriends',
    owner,
    friends: [{ user, remark: '', groups: [] }],
  }),
};
