import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Pages of a list, and what each owner calls a friend, can be read from an index alone. */
const COVERING = {
  friend_by_friend: '"friend_id", "owner_id", "remark"',
  friend_by_age: '"owner_id", "created_at", "friend_id", "remark"',
};
const BEFORE = {
  friend_by_friend: '"friend_id", "owner_id"',
  friend_by_age: '"owner_id", "created_at", "friend_id"',
};

/**
 * Indexes that answer by themselves. On SQLite also streams that lie in their key: otherwise it finds by that where a row
 * is, and then looks for it there.
 */
export class CoveringIndexes1764000500000 implements MigrationInterface {
  readonly name = 'CoveringIndexes1764000500000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await replaceIndexes(queryRunner, COVERING);
    await replaceStreams(queryRunner, 'WITHOUT ROWID');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await replaceStreams(queryRunner, '');
    await replaceIndexes(queryRunner, BEFORE);
  }
}

async function replaceIndexes(queryRunner: QueryRunner, indexes: Record<string, string>): Promise<void> {
  const create = (name: string, columns: string) =>
    queryRunner.query(`CREATE INDEX "${name}" ON "friend" (${columns})`);
  const drop = (name: string) => queryRunner.query(`DROP INDEX "${name}"`);
  if (!isPostgres(queryRunner)) {
    for (const [name, columns] of Object.entries(indexes)) {
      await drop(name);
      await create(name, columns);
    }
    return;
  }
  // Servers that are running can read the table until one of its indexes is dropped: that comes last, and takes no time.
  for (const [name, columns] of Object.entries(indexes)) await create(`${name}_next`, columns);
  for (const name of Object.keys(indexes)) {
    await drop(name);
    await queryRunner.query(`ALTER INDEX "${name}_next" RENAME TO "${name}"`);
  }
}

async function replaceStreams(queryRunner: QueryRunner, kind: 'WITHOUT ROWID' | ''): Promise<void> {
  if (isPostgres(queryRunner)) return;
  await queryRunner.query('ALTER TABLE "event_stream" RENAME TO "event_stream_before"');
  await queryRunner.query(`CREATE TABLE "event_stream" (
    "user_id" text PRIMARY KEY NOT NULL,
    "epoch" text NOT NULL,
    "head" integer NOT NULL,
    "floor" integer NOT NULL
  ) ${kind}`);
  await queryRunner.query(
    `INSERT INTO "event_stream" SELECT "user_id", "epoch", "head", "floor" FROM "event_stream_before" ORDER BY "user_id"`,
  );
  await queryRunner.query('DROP TABLE "event_stream_before"');
}

function isPostgres({ dataSource }: QueryRunner): boolean {
  return dataSource.options.type === 'postgres';
}
