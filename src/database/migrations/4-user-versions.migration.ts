import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which version of a profile is stored can be read from an index alone: of most profiles nothing else is. */
export class UserVersions1764000400000 implements MigrationInterface {
  readonly name = 'UserVersions1764000400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE INDEX "user_by_version" ON "user" ("id", "created_at", "updated_at")');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX "user_by_version"');
  }
}
