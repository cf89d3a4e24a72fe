/**
 * One thing that one event tells one user, as text: whose stream, which kind, what it is about, whom it names. Of an
 * event that names several users each is a claim, so that claims can be counted.
 */
export type Claim = string;

/** Stands for every user: where a call may concern any stream, or name anybody. */
export const ANY = '*';

export function toClaim(userID: string, type: string, about: string, item: string): Claim {
  return JSON.stringify([userID, type, about, item]);
}

/** Whose stream the claim is about. */
export function toOwner(claim: Claim): string {
  return (JSON.parse(claim) as [string])[0];
}

/** The claim itself, and those with `ANY` that cover it. */
export function toCovering(claim: Claim): Claim[] {
  const [userID, type, about, item] = JSON.parse(claim) as [string, string, string, string];
  return [claim, toClaim(ANY, type, about, item), toClaim(userID, type, about, ANY)];
}

export const claimOf = {
  added: (userID: string, friend: string) => toClaim(userID, 'FRIEND_LIST_ADDED', '', friend),
  deleted: (userID: string, friend: string) => toClaim(userID, 'FRIEND_LIST_DELETED', '', friend),
  changed: (userID: string, friend: string) => toClaim(userID, 'FRIEND_INFO_CHANGED', '', friend),
  selfUpdated: (userID: string) => toClaim(userID, 'SELF_INFO_UPDATED', '', userID),
  asked: (userID: string, direction: string, peer: string) =>
    toClaim(userID, 'FRIEND_APPLICATION_LIST_ADDED', '', `${direction} ${peer}`),
  askedNoMore: (userID: string, direction: string, peer: string) =>
    toClaim(userID, 'FRIEND_APPLICATION_LIST_DELETED', direction, peer),
  read: (userID: string, peer: string) => toClaim(userID, 'FRIEND_APPLICATION_LIST_READ', '', peer),
  blocked: (userID: string, peer: string) => toClaim(userID, 'BLOCK_LIST_ADDED', '', peer),
  unblocked: (userID: string, peer: string) => toClaim(userID, 'BLOCK_LIST_DELETED', '', peer),
  groupCreated: (userID: string, name: string) => toClaim(userID, 'FRIEND_GROUP_CREATED', name, ''),
  groupDeleted: (userID: string, name: string) => toClaim(userID, 'FRIEND_GROUP_DELETED', '', name),
  groupRenamed: (userID: string, oldName: string, newName: string) =>
    toClaim(userID, 'FRIEND_GROUP_RENAMED', `${oldName} ${newName}`, ''),
  intoGroup: (userID: string, name: string, friend: string) =>
    toClaim(userID, 'FRIENDS_ADDED_TO_GROUP', name, friend),
  outOfGroup: (userID: string, name: string, friend: string) =>
    toClaim(userID, 'FRIENDS_DELETED_FROM_GROUP', name, friend),
};
