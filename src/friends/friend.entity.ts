import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One edge: the friend is in the owner's list. Two-way friends are two rows. All but the key is private to the owner. */
@Entity('friend')
@Index('friend_by_friend', ['friendId', 'ownerId', 'remark'])
@Index('friend_by_age', ['ownerId', 'createdAt', 'friendId', 'remark'])
export class FriendEntity {
  @PrimaryColumn('text', { name: 'owner_id' })
  ownerId: string;

  @PrimaryColumn('text', { name: 'friend_id' })
  friendId: string;

  /** "" when unset. */
  @Column('text', { name: 'remark' })
  remark: string;

  @Column('text', { name: 'add_source' })
  addSource: string;

  @Column('text', { name: 'add_wording' })
  addWording: string;

  /** The owner's custom fields for this friend, as JSON. */
  @Column('text', { name: 'custom_info' })
  customInfo: string;

  /** When the friend was added, in milliseconds since 1970. */
  @Column('bigint', { name: 'created_at' })
  createdAt: number;
}
