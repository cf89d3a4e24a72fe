import type { SideDoor } from './side-door';

const USERS = 10_000;
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);

/** So many rows of every user, the columns of row `j` of user `i` by the table. `peer(j)` is another one for each `j`. */
const ROWS: readonly { table: string; perUser: number; columns: string }[] = [
  {
    table: '"user"',
    perUser: 1,
    columns: `${id('i')}, 'Nick', '', '${'Signature '.repeat(20)}', 'UNKNOWN', 0, 'ALLOW_ANY', 'ADMIN_FORBID_TYPE_NONE', 0, 0, '[]', ${moment()}, ${moment()}`,
  },
  {
    table: 'friend',
    perUser: 10,
    columns: `${id('i')}, ${peer(0)}, 'Remark', 'AddSource', '', '[]', ${moment()}`,
  },
  { table: 'friend_group', perUser: 2, columns: `${id('i')}, 'group ' || j, ${moment()}` },
  { table: 'friend_group_member', perUser: 4, columns: `${id('i')}, 'group ' || (j % 2), ${peer(0)}` },
  {
    table: 'friend_application',
    perUser: 4,
    columns: `${id('i')}, ${peer(100)}, CASE j % 2 WHEN 0 THEN 'COME_IN' ELSE 'SEND_OUT' END, '', '', '', '', ${moment()}, NULL`,
  },
  { table: 'block', perUser: 4, columns: `${id('i')}, ${peer(200)}, ${moment()}` },
  { table: 'event_stream', perUser: 1, columns: `${id('i')}, 'epoch', 10, 0` },
  {
    table: 'event',
    perUser: 10,
    columns: `${id('i')}, j + 1, CASE j WHEN 0 THEN 'FRIEND_APPLICATION_LIST_ADDED' ELSE 'FRIEND_LIST_ADDED' END, '{}', ${moment()}`,
  },
  { table: 'profile_fanout', perUser: 1, columns: `${id('i')}, '', '', 0, ${moment()}` },
  { table: 'application_rate', perUser: 2, columns: `${id('i')}, ${moment()}, 1` },
  { table: 'refusal', perUser: 2, columns: `${id('i')}, ${peer(300)}, ${moment()}` },
  { table: 'revocation', perUser: 1, columns: `${id('i')}, 'USER', 'id ' || i, ${moment()}` },
  {
    table: 'audit',
    perUser: 1,
    columns: `'admin ' || (i % 10), 'id ' || i, ${moment()}, NULL, 'importUsers', '[]', '[]'`,
  },
  {
    table: 'audit_subject',
    perUser: 1,
    columns: `${id('i')}, ${moment()}, 'id ' || i, 'admin ' || (i % 10)`,
  },
];

/** Fills the tables of an empty database, so that a planner takes none of them for small. */
export async function growTables(door: SideDoor): Promise<void> {
  const inserts = ROWS.map(
    ({ table, perUser, columns }) => `INSERT INTO ${table}
      WITH RECURSIVE users(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM users WHERE i < ${USERS - 1}),
        turns(j) AS (SELECT 0 UNION ALL SELECT j + 1 FROM turns WHERE j < ${perUser - 1})
      SELECT ${columns} FROM users, turns`,
  );
  await door.run(`BEGIN; ${inserts.join('; ')}; COMMIT; ANALYZE`);
}

/** All are equally long, so that they sort by their number. */
function id(number: string): string {
  return `'user ' || (100000 + ${number})`;
}

function peer(offset: number): string {
  return id(`(i + ${offset} + (j + 1) * (j + 7)) % ${USERS}`);
}

function moment(): string {
  return `${START_MS} + CAST(i + j * ${USERS} AS bigint) * ${DAY_MS / 1000}`;
}
