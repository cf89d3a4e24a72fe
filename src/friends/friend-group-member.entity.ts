import { Entity, Index, PrimaryColumn } from 'typeorm';

/** One friend in one of the owner's groups. The friend is in the owner's list; a friend may be in several groups. */
@Entity('friend_group_member')
@Index('friend_group_member_by_friend', ['ownerId', 'friendId', 'groupName'])
export class FriendGroupMemberEntity {
  @PrimaryColumn('text', { name: 'owner_id' })
  ownerId: string;

  @PrimaryColumn('text', { name: 'group_name' })
  groupName: string;

  @PrimaryColumn('text', { name: 'friend_id' })
  friendId: string;
}
