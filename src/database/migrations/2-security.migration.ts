import type { MigrationInterface, QueryRunner } from 'typeorm';
import { toBytewise } from './1-initial.migration';

/** Revoked tokens, and the log of what administrators did. Keys, texts and moments are as in the first schema. */
export class Security1764000000002 implements MigrationInterface {
  readonly name = 'Security1764000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    const isPostgres = queryRunner.dataSource.options.type === 'postgres';
    for (const statement of UP) {
      await queryRunner.query(isPostgres ? toBytewise(statement) : statement);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['audit_subject', 'audit', 'revocation']) {
      await queryRunner.query(`DROP TABLE "${table}"`);
    }
  }
}

const UP = [
  `CREATE TABLE "revocation" (
    "subject" text NOT NULL,
    "kind" text NOT NULL,
    "id" text NOT NULL,
    "revoked_at" bigint NOT NULL,
    PRIMARY KEY ("subject", "kind")
  )`,
  `CREATE INDEX "revocation_by_age" ON "revocation" ("revoked_at", "id")`,
  `CREATE TABLE "audit" (
    "actor_id" text NOT NULL,
    "id" text NOT NULL,
    "acted_at" bigint NOT NULL,
    "act_as" text NULL,
    "operation" text NOT NULL,
    "targets" text NOT NULL,
    "outcomes" text NOT NULL,
    PRIMARY KEY ("actor_id", "id")
  )`,
  `CREATE INDEX "audit_by_age" ON "audit" ("acted_at", "id")`,
  `CREATE TABLE "audit_subject" (
    "user_id" text NOT NULL,
    "acted_at" bigint NOT NULL,
    "id" text NOT NULL,
    "actor_id" text NOT NULL,
    PRIMARY KEY ("user_id", "acted_at", "id")
  )`,
  `CREATE INDEX "audit_subject_by_age" ON "audit_subject" ("acted_at")`,
];
