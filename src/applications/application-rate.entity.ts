import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How many friend requests a user made or renewed at one moment. Rows older than an hour count no more. */
@Entity('application_rate')
@Index('application_rate_by_age', ['askedAt'])
export class ApplicationRateEntity {
  @PrimaryColumn('text', { name: 'owner_id' })
  ownerId: string;

  /** Milliseconds since 1970. */
  @PrimaryColumn('bigint', { name: 'asked_at' })
  askedAt: number;

  @Column('integer', { name: 'times' })
  times: number;
}
