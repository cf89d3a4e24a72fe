import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One event of one user's stream; `seq` is 1, 2, 3, … per user, without a gap above the stream's floor. */
@Entity('event')
export class EventEntity {
  @PrimaryColumn('text', { name: 'user_id' })
  userId: string;

  @PrimaryColumn('integer', { name: 'seq' })
  seq: number;

  @Column('text', { name: 'type' })
  type: string;

  /** Ids and small facts, as JSON; its shape goes with the type. */
  @Column('text', { name: 'payload' })
  payload: string;

  /** Milliseconds since 1970. */
  @Column('bigint', { name: 'occurred_at' })
  occurredAt: number;
}
