import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readDocument, toBlocks } from './support/markdown';
import { toDatabaseUrl, withClient } from './support/postgres-server';
import { runCommand } from './support/run-command';
import { findPostgres } from './support/stores';

const blocks = readdirSync(join(__dirname, '../docs'))
  .flatMap((name) => toBlocks(readDocument(`docs/${name}`)))
  .filter(({ language }) => language === 'sql');

const found = findPostgres();
(found === null ? describe.skip : describe)('the SQL of the pages', () => {
  const { serverUrl } = found ?? { serverUrl: '' };
  // A user belongs to the whole server, so it needs a name of its own, as the database does.
  const name = `amicus_test_${String(Date.now())}_${randomBytes(4).toString('hex')}`;
  const run = (statements: readonly string[]): Promise<void> =>
    withClient(serverUrl, async (client) => {
      for (const statement of statements) await client.query(statement);
    });
  afterAll(() => run([`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, `DROP ROLE IF EXISTS ${name}`]));

  it('can be pasted, and makes a user who may migrate and needs no other right', async () => {
    expect(blocks.length).toBeGreaterThan(1);
    for (const { text } of blocks) {
      const statements = text.split(/;\n/);
      // Each statement ends with a semicolon, or psql would take it and the next one for a single one.
      expect(statements.pop()).toBe('');
      await run(statements.map((statement) => statement.replace(/\bamicus\b/g, name)));
    }
    const url = new URL(toDatabaseUrl(serverUrl, name));
    [url.username, url.password] = [name, 'secret'];
    const { exitCode, stderr } = await runCommand(['migrate'], { AMICUS_DATABASE_URL: url.href });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });
});
