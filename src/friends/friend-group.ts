/** One of an owner's friend groups. The id is new after a rename. */
export interface FriendGroup {
  id: string;
  name: string;
  friendCount: number;
  createdAt: Date;
}
