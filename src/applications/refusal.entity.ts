import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The peer refused a request of the owner, who may not ask again for a while. Seen in nobody's lists. */
@Entity('refusal')
@Index('refusal_by_peer', ['peerId', 'ownerId'])
@Index('refusal_by_age', ['refusedAt'])
export class RefusalEntity {
  /** The one who asked. */
  @PrimaryColumn('text', { name: 'owner_id' })
  ownerId: string;

  @PrimaryColumn('text', { name: 'peer_id' })
  peerId: string;

  /** The last time, in milliseconds since 1970. */
  @Column('bigint', { name: 'refused_at' })
  refusedAt: number;
}
