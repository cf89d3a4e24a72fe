import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What limits how often friend requests are made: by the hour, and again after a refusal. */
export class ApplicationRates1764000300000 implements MigrationInterface {
  readonly name = 'ApplicationRates1764000300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Ids compare by their bytes, as in every other table.
    const id = queryRunner.dataSource.options.type === 'postgres' ? 'text COLLATE "C"' : 'text';
    await queryRunner.query(`CREATE TABLE "application_rate" (
      "owner_id" ${id} NOT NULL,
      "asked_at" bigint NOT NULL,
      "times" integer NOT NULL,
      PRIMARY KEY ("owner_id", "asked_at")
    )`);
    await queryRunner.query(`CREATE INDEX "application_rate_by_age" ON "application_rate" ("asked_at")`);
    await queryRunner.query(`CREATE TABLE "refusal" (
      "owner_id" ${id} NOT NULL,
      "peer_id" ${id} NOT NULL,
      "refused_at" bigint NOT NULL,
      PRIMARY KEY ("owner_id", "peer_id")
    )`);
    await queryRunner.query(`CREATE INDEX "refusal_by_peer" ON "refusal" ("peer_id", "owner_id")`);
    await queryRunner.query(`CREATE INDEX "refusal_by_age" ON "refusal" ("refused_at")`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "refusal"');
    await queryRunner.query('DROP TABLE "application_rate"');
  }
}
