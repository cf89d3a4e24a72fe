import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where a user's stream of events stands. Its row lock orders the changes that concern this user. */
@Entity('event_stream', { withoutRowid: true })
export class EventStreamEntity {
  @PrimaryColumn('text', { name: 'user_id' })
  userId: string;

  /** Tells this stream from another of the same user, in a restored or replaced database. */
  @Column('text', { name: 'epoch' })
  epoch: string;

  /** `seq` of the newest event; 0 before the first. Never falls. */
  @Column('integer', { name: 'head' })
  head: number;

  /** Events up to this `seq` are trimmed away; 0 while none is. */
  @Column('integer', { name: 'floor' })
  floor: number;
}
