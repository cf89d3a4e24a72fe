import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One group of the owner's friend list; names are unique per owner, by their bytes. */
@Entity('friend_group')
export class FriendGroupEntity {
  @PrimaryColumn('text', { name: 'owner_id' })
  ownerId: string;

  @PrimaryColumn('text', { name: 'name' })
  name: string;

  /** Milliseconds since 1970. */
  @Column('bigint', { name: 'created_at' })
  createdAt: number;
}
