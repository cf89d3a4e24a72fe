import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One profile. The key is the user id that tokens carry; every other table's first key column is such an id. */
@Entity('user')
@Index('user_by_version', ['id', 'createdAt', 'updatedAt'])
export class UserEntity {
  @PrimaryColumn('text', { name: 'id' })
  id: string;

  @Column('text', { name: 'nick_name' })
  nickName: string;

  @Column('text', { name: 'face_url' })
  faceUrl: string;

  @Column('text', { name: 'self_signature' })
  selfSignature: string;

  /** UNKNOWN, MALE or FEMALE. */
  @Column('text', { name: 'gender' })
  gender: string;

  /** YYYYMMDD, 0 when unset. */
  @Column('integer', { name: 'birthday' })
  birthday: number;

  /** ALLOW_ANY, NEED_CONFIRM or DENY_ANY: what a request to this user meets. */
  @Column('text', { name: 'allow_type' })
  allowType: string;

  /** Whether an administrator forbids this user to send requests. */
  @Column('text', { name: 'admin_forbid_type' })
  adminForbidType: string;

  @Column('integer', { name: 'role' })
  role: number;

  @Column('integer', { name: 'level' })
  level: number;

  /** The custom fields, as JSON. */
  @Column('text', { name: 'custom_info' })
  customInfo: string;

  /** Milliseconds since 1970. */
  @Column('bigint', { name: 'created_at' })
  createdAt: number;

  /** Milliseconds since 1970. */
  @Column('bigint', { name: 'updated_at' })
  updatedAt: number;
}
