import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * One side of a pending request, as its owner sees it; the peer is the other party. A request is two rows, the
 * sender's SEND_OUT and the receiver's COME_IN, until the receiver deletes its own. Handled requests have none.
 */
@Entity('friend_application')
@Index('friend_application_by_age', ['ownerId', 'createdAt', 'peerId', 'type'])
@Index('friend_application_by_peer', ['peerId', 'ownerId'])
export class FriendApplicationEntity {
  @PrimaryColumn('text', { name: 'owner_id' })
  ownerId: string;

  @PrimaryColumn('text', { name: 'peer_id' })
  peerId: string;

  /** COME_IN or SEND_OUT. */
  @PrimaryColumn('text', { name: 'type' })
  type: string;

  @Column('text', { name: 'add_source' })
  addSource: string;

  @Column('text', { name: 'add_wording' })
  addWording: string;

  /** The sender's remark, private to the sender, for the edge that may come to be; "" when unset. */
  @Column('text', { name: 'friend_remark' })
  friendRemark: string;

  /** The sender's group, private to the sender, for the edge that may come to be; "" when unset. */
  @Column('text', { name: 'friend_group' })
  friendGroup: string;

  /** When it was sent last, in milliseconds since 1970. */
  @Column('bigint', { name: 'created_at' })
  createdAt: number;

  /** Milliseconds since 1970; null while unread. */
  @Column('bigint', { name: 'read_at', nullable: true })
  readAt: number | null;
}
