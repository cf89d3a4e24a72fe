import { openDatabase } from '../src/database/open-database';
import { tables } from '../src/database/tables';
import { describeOnStores } from './support/stores';

const CATALOGUE = {
  SQLite: `SELECT t.name AS "table", c.name AS "column" FROM sqlite_master AS t, pragma_table_info(t.name) AS c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'`,
  PostgreSQL: `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
    WHERE table_schema = current_schema()`,
};

/** What TypeORM keeps for itself. */
const NOT_MOVED = ['migrations'];

describeOnStores('the list of tables', (store) => {
  it('has every table and column of the database, so that nothing is left behind', async () => {
    const place = await store.create();
    const { dataDir = '', databaseUrl } = place.config;
    const database = await openDatabase({ dataDir, databaseUrl });
    const sql = CATALOGUE[database.dialect.name === 'sqlite' ? 'SQLite' : 'PostgreSQL'];
    const found = await database.reader.all<{ table: string; column: string }>(sql);
    await database.stop();
    await place.drop();
    const there = found.filter(({ table }) => !NOT_MOVED.includes(table));
    const listed = tables.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name}`));
    expect(listed.sort()).toEqual(there.map(({ table, column }) => `${table}.${column}`).sort());
  });
});
