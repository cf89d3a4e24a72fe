import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Tokens that are refused although they are good by themselves. */
@Entity('revocation')
@Index('revocation_by_age', ['revokedAt', 'id'])
export class RevocationEntity {
  /** A user id, of whom all tokens issued until `revokedAt` are refused; or the `jti` of one token. */
  @PrimaryColumn('text', { name: 'subject' })
  subject: string;

  /** USER or TOKEN: which of them the subject is. */
  @PrimaryColumn('text', { name: 'kind' })
  kind: string;

  /** Random; tells rows of one moment apart. */
  @Column('text', { name: 'id' })
  id: string;

  /** Milliseconds since 1970. */
  @Column('bigint', { name: 'revoked_at' })
  revokedAt: number;
}
