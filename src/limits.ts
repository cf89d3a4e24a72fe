/** How much of each thing one user may have; the source is the limits table of the rules. Lengths are bytes of UTF-8. */
export interface Limits {
  /** Friends in one list. */
  readonly friends: number;
  /** Users in one blocklist. */
  readonly blocks: number;
  /** Pending requests of one user, counted for each direction by itself. */
  readonly applications: number;
  /** Friend requests that one user makes or renews within any hour. */
  readonly applicationsPerHour: number;
  /** Friend groups of one user. */
  readonly groups: number;
  /** User ids, or other items, in one call. */
  readonly idsPerCall: number;
  readonly usersPerImport: number;
  readonly friendsPerImport: number;
  readonly groupNameBytes: number;
  /** Each of nickName, faceUrl and selfSignature. */
  readonly profileTextBytes: number;
  readonly remarkBytes: number;
  /** addWording of a friend request. */
  readonly wordingBytes: number;
  /** Custom fields of one user, and of one friend. */
  readonly customFields: number;
  readonly customValueBytes: number;
  /** Items in one page of a connection. */
  readonly pageSize: number;
}

export const defaultLimits: Limits = {
  friends: 3000,
  blocks: 1000,
  applications: 100,
  applicationsPerHour: 100,
  groups: 32,
  idsPerCall: 100,
  usersPerImport: 100,
  friendsPerImport: 1000,
  groupNameBytes: 30,
  profileTextBytes: 500,
  remarkBytes: 96,
  wordingBytes: 256,
  customFields: 20,
  customValueBytes: 500,
  pageSize: 500,
};
