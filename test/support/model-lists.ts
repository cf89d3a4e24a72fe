import type { Lists } from './lists';
import type { Model } from './model';

/** What the lists of a user of the model show. */
export function viewLists(model: Model, name: string, others: readonly string[]): Lists {
  const account = model.users.get(name);
  if (account === undefined) throw new Error(`The model has no user "${name}".`);
  const friends = [...account.friends].reverse();
  const received = [...account.received].reverse();
  return {
    nick: account.nick,
    allowType: account.allowType,
    friends: friends.map(([userID, entry]) => ({
      userID,
      nick: model.users.get(userID)?.nick ?? 'NO USER',
      ...entry,
      groups: [...account.groups].flatMap(([group, members]) => (members.has(userID) ? [group] : [])).sort(),
    })),
    sent: [...account.sent].reverse().map(([userID, { source, wording }]) => ({ userID, source, wording })),
    received: received.map(([userID, request]) => ({ userID, ...request })),
    unread: received.filter(([, { read }]) => !read).length,
    blocks: [...account.blocks].reverse(),
    groups: [...account.groups]
      .map(([group, members]) => ({
        name: group,
        members: friends.flatMap(([userID]) => (members.has(userID) ? [userID] : [])),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    relations: Object.fromEntries(others.map((other) => [other, model.relation(name, other)])),
  };
}
