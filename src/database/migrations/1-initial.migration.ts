import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The first schema. Every key begins with the user whose row it is, so that the tables can be distributed by user.
 * Text compares by its bytes, moments are milliseconds since 1970, JSON is text.
 */
export class Initial1764000000000 implements MigrationInterface {
  readonly name = 'Initial1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const isPostgres = queryRunner.dataSource.options.type === 'postgres';
    for (const statement of UP) {
      await queryRunner.query(isPostgres ? toBytewise(statement) : statement);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES) await queryRunner.query(`DROP TABLE "${table}"`);
  }
}

/** Text compares by its bytes on SQLite; on PostgreSQL it would by the language of the database. */
export function toBytewise(statement: string): string {
  return statement.replaceAll('" text ', '" text COLLATE "C" ');
}

const TABLES = [
  'profile_fanout',
  'event',
  'event_stream',
  'block',
  'friend_application',
  'friend_group_member',
  'friend_group',
  'friend',
  'user',
];

const UP = [
  `CREATE TABLE "user" (
    "id" text PRIMARY KEY NOT NULL,
    "nick_name" text NOT NULL,
    "face_url" text NOT NULL,
    "self_signature" text NOT NULL,
    "gender" text NOT NULL,
    "birthday" integer NOT NULL,
    "allow_type" text NOT NULL,
    "admin_forbid_type" text NOT NULL,
    "role" integer NOT NULL,
    "level" integer NOT NULL,
    "custom_info" text NOT NULL,
    "created_at" bigint NOT NULL,
    "updated_at" bigint NOT NULL
  )`,
  `CREATE TABLE "friend" (
    "owner_id" text NOT NULL,
    "friend_id" text NOT NULL,
    "remark" text NOT NULL,
    "add_source" text NOT NULL,
    "add_wording" text NOT NULL,
    "custom_info" text NOT NULL,
    "created_at" bigint NOT NULL,
    PRIMARY KEY ("owner_id", "friend_id")
  )`,
  `CREATE INDEX "friend_by_friend" ON "friend" ("friend_id", "owner_id")`,
  `CREATE INDEX "friend_by_age" ON "friend" ("owner_id", "created_at", "friend_id")`,
  `CREATE TABLE "friend_group" (
    "owner_id" text NOT NULL,
    "name" text NOT NULL,
    "created_at" bigint NOT NULL,
    PRIMARY KEY ("owner_id", "name")
  )`,
  `CREATE TABLE "friend_group_member" (
    "owner_id" text NOT NULL,
    "group_name" text NOT NULL,
    "friend_id" text NOT NULL,
    PRIMARY KEY ("owner_id", "group_name", "friend_id")
  )`,
  `CREATE INDEX "friend_group_member_by_friend" ON "friend_group_member" ("owner_id", "friend_id", "group_name")`,
  `CREATE TABLE "friend_application" (
    "owner_id" text NOT NULL,
    "peer_id" text NOT NULL,
    "type" text NOT NULL,
    "add_source" text NOT NULL,
    "add_wording" text NOT NULL,
    "friend_remark" text NOT NULL,
    "friend_group" text NOT NULL,
    "created_at" bigint NOT NULL,
    "read_at" bigint,
    PRIMARY KEY ("owner_id", "peer_id", "type")
  )`,
  `CREATE INDEX "friend_application_by_age" ON "friend_application" ("owner_id", "created_at", "peer_id", "type")`,
  `CREATE INDEX "friend_application_by_peer" ON "friend_application" ("peer_id", "owner_id")`,
  `CREATE TABLE "block" (
    "owner_id" text NOT NULL,
    "blocked_id" text NOT NULL,
    "created_at" bigint NOT NULL,
    PRIMARY KEY ("owner_id", "blocked_id")
  )`,
  `CREATE INDEX "block_by_blocked" ON "block" ("blocked_id", "owner_id")`,
  `CREATE INDEX "block_by_age" ON "block" ("owner_id", "created_at", "blocked_id")`,
  `CREATE TABLE "event_stream" (
    "user_id" text PRIMARY KEY NOT NULL,
    "epoch" text NOT NULL,
    "head" integer NOT NULL,
    "floor" integer NOT NULL
  )`,
  `CREATE TABLE "event" (
    "user_id" text NOT NULL,
    "seq" integer NOT NULL,
    "type" text NOT NULL,
    "payload" text NOT NULL,
    "occurred_at" bigint NOT NULL,
    PRIMARY KEY ("user_id", "seq")
  )`,
  `CREATE TABLE "profile_fanout" (
    "user_id" text PRIMARY KEY NOT NULL,
    "position" text NOT NULL,
    "stop_at" text NOT NULL,
    "wrapped" integer NOT NULL,
    "requested_at" bigint NOT NULL
  )`,
];
