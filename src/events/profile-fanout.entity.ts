import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * One job still to be done: tell every owner who has this user as a friend that the profile changed. Keyed by the
 * user, so that changes waiting together become one.
 */
@Entity('profile_fanout')
export class ProfileFanoutEntity {
  @PrimaryColumn('text', { name: 'user_id' })
  userId: string;

  /** The last owner id that was told, owners going in the order of their ids; "" before the first. */
  @Column('text', { name: 'position' })
  position: string;

  /** Where `position` stood when the profile last changed: the round ends there. */
  @Column('text', { name: 'stop_at' })
  stopAt: string;

  /** 1 when the round has passed the last owner and begun again at the first, else 0. */
  @Column('integer', { name: 'wrapped' })
  wrapped: number;

  /** Milliseconds since 1970. */
  @Column('bigint', { name: 'requested_at' })
  requestedAt: number;
}
