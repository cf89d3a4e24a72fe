import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One user whom an act concerns: who acted, in whose name, or on whom. For finding the acts of a user. */
@Entity('audit_subject')
@Index('audit_subject_by_age', ['actedAt'])
export class AuditSubjectEntity {
  @PrimaryColumn('text', { name: 'user_id' })
  userId: string;

  /** The act's. */
  @PrimaryColumn('bigint', { name: 'acted_at' })
  actedAt: number;

  /** The act's. */
  @PrimaryColumn('text', { name: 'id' })
  id: string;

  /** The act's. */
  @Column('text', { name: 'actor_id' })
  actorId: string;
}
