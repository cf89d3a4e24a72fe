import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One act of an administrator. Holds ids and names of operations, never what was written. */
@Entity('audit')
@Index('audit_by_age', ['actedAt', 'id'])
export class AuditEntity {
  /** Whose token it was; `command line` for what was done there, which no user's id can be. */
  @PrimaryColumn('text', { name: 'actor_id' })
  actorId: string;

  /** Random. */
  @PrimaryColumn('text', { name: 'id' })
  id: string;

  /** Milliseconds since 1970. */
  @Column('bigint', { name: 'acted_at' })
  actedAt: number;

  /** In whose name; null in the administrator's own. */
  @Column('text', { name: 'act_as', nullable: true })
  actAs: string | null;

  /** The field of the schema. */
  @Column('text', { name: 'operation' })
  operation: string;

  /** The ids that the operation was given, as a JSON array. */
  @Column('text', { name: 'targets' })
  targets: string;

  /** The different result codes, or the code of the error, as a JSON array. */
  @Column('text', { name: 'outcomes' })
  outcomes: string;
}
