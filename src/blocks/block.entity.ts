import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One entry of the owner's blocklist. While it is there, no edge and no request exists between the two. */
@Entity('block')
@Index('block_by_blocked', ['blockedId', 'ownerId'])
@Index('block_by_age', ['ownerId', 'createdAt', 'blockedId'])
export class BlockEntity {
  @PrimaryColumn('text', { name: 'owner_id' })
  ownerId: string;

  @PrimaryColumn('text', { name: 'blocked_id' })
  blockedId: string;

  /** Milliseconds since 1970. */
  @Column('bigint', { name: 'created_at' })
  createdAt: number;
}
