import { gatherStatements } from './support/gathered-statements';
import { growTables } from './support/grown-tables';
import { openSideDoor, type SideDoor } from './support/side-door';
import { openExplain, type Explain } from './support/statement-reads';
import { describeOnStores } from './support/stores';

const OWN_LIST = 'Of one list of one user, which has a limit, and all of it is given.';
const BATCH = 'Of a batch, which has a limit.';

/**
 * Statements that read a table from end to end, or sort what they found, each by how it begins. All others look their
 * rows up, in the order in which they give them: so what a call costs does not grow with the tables.
 */
const EXCEPTIONS: readonly { engines: string[]; begins: string; does: string; why: string }[] = [
  {
    engines: ['SQLite', 'PostgreSQL'],
    begins: 'SELECT subject, kind, id, revoked_at FROM revocation',
    does: 'scans revocation',
    why: 'Every server holds all of it in memory; it reads what is there once, and what has changed when it has.',
  },
  {
    engines: ['SQLite', 'PostgreSQL'],
    begins: 'SELECT count(*) AS count, min(requested_at)',
    does: 'scans profile_fanout',
    why: 'One metric. The table holds the work that is under way.',
  },
  {
    engines: ['PostgreSQL'],
    begins: 'DELETE FROM audit WHERE (actor_id, id) IN ',
    does: 'scans audit',
    why: 'Of a batch, in the background. For a batch that is not known PostgreSQL expects a tenth of the table.',
  },
  {
    engines: ['SQLite', 'PostgreSQL'],
    begins: 'SELECT stream.user_id, stream.epoch, stream.head, stream.floor, ',
    does: 'sorts',
    why: BATCH,
  },
  {
    engines: ['SQLite', 'PostgreSQL'],
    begins: 'SELECT owner_id, group_name FROM friend_group_member WHERE owner_id ',
    does: 'sorts',
    why: BATCH,
  },
  {
    engines: ['PostgreSQL'],
    begins: 'SELECT g.name, g.created_at, m.friend_id ',
    does: 'sorts',
    why: OWN_LIST,
  },
  {
    engines: ['PostgreSQL'],
    begins: 'SELECT blocked_id, created_at FROM block WHERE owner_id = $1 ORDER BY',
    does: 'sorts',
    why: OWN_LIST,
  },
];

describeOnStores('in tables that have grown', (store) => {
  let statements: Set<string>;
  let door: SideDoor;
  let explain: Explain;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const place = await store.create();
    drop = () => place.drop();
    const lent = { ...place, drop: () => Promise.resolve() };
    statements = await gatherStatements({ ...store, create: () => Promise.resolve(lent) });
    door = await openSideDoor(place.config);
    await growTables(door);
    // Without it PostgreSQL does not know that what an index holds can be believed.
    await door.run('VACUUM');
    explain = await openExplain(store.name, door);
  }, 180_000);
  afterAll(async () => {
    await door.close();
    await drop();
  });

  /** What is not looked up, by the statement. */
  async function findWalks(among: Iterable<string>): Promise<string[]> {
    const found: string[] = [];
    for (const sql of among) {
      const { scanned, isSorted } = await explain(sql);
      found.push(...scanned.map((table) => `scans ${table}: ${sql}`), ...(isSorted ? [`sorts: ${sql}`] : []));
    }
    return found;
  }

  test('statements look their rows up, with the exceptions that are listed, and no others', async () => {
    const exceptions = EXCEPTIONS.filter(({ engines }) => engines.includes(store.name));
    const walks = await findWalks(statements);
    const known = walks.map(
      (walk) => exceptions.find(({ begins, does }) => walk.startsWith(`${does}: ${begins}`)) ?? walk,
    );
    expect(known.filter((walk) => typeof walk === 'string')).toEqual([]);
    expect(new Set(known)).toEqual(new Set(exceptions));
  });

  const ofIndexes: [table: string, part: string][] = [
    ['friend', 'SELECT count(*) AS total FROM friend WHERE owner_id = $1'],
    ['friend', 'SELECT owner_id FROM friend WHERE friend_id = $1 AND owner_id > $2 '],
    ['friend', 'EXISTS (SELECT 1 FROM friend WHERE friend.owner_id = $2 AND friend.friend_id = u.id)'],
    ['friend', 't.owner_id = asked.value AND t.friend_id = $1'],
    ['friend', 'LEFT JOIN friend ON friend.owner_id = asked.viewer_id AND friend.friend_id = asked.user_id'],
    ['friend', 'SELECT value AS user_id, (SELECT count(*) FROM friend WHERE owner_id = value) AS friends,'],
    ['friend', 'SELECT 1 FROM friend f WHERE '],
    ['friend', 'SELECT f.friend_id, f.remark, f.created_at FROM friend f'],
    ['friend', 'u.updated_at, f.friend_id, f.remark, f.created_at FROM friend f'],
    ['friend', ' AS remarks FROM '],
    ['user', 'asked.user_id, u.created_at, u.updated_at FROM'],
    ['user', 'SELECT u.created_at, u.updated_at, f.friend_id,'],
    ['friend_group_member', 'SELECT count(*) AS total FROM friend_group_member WHERE '],
    ['friend_group_member', 'SELECT friend_id, group_name FROM friend_group_member WHERE '],
    ['block', 'SELECT blocked_id, created_at FROM block WHERE owner_id = $1 AND (created_at, blocked_id) < '],
    ['block', 'SELECT count(*) AS total FROM block WHERE '],
    ['friend_application', 'SELECT count(*) AS total FROM friend_application WHERE owner_id = $1 AND ($2 = '],
  ];
  // PostgreSQL looks into the rows of a table that is as small as this one.
  if (store.name === 'SQLite') ofIndexes.push(['user', '), u.id, u.created_at, u.updated_at FROM']);
  test.each(ofIndexes)('an index alone answers for %s: %s', async (table, part) => {
    const asking = [...statements].filter((sql) => sql.includes(part));
    expect(asking).not.toEqual([]);
    for (const sql of asking) expect((await explain(sql)).indexOnly).toContain(table);
  });

  test.each([
    'friend_by_friend',
    'friend_by_age',
    'friend_application_by_age',
    'friend_application_by_peer',
    'block_by_blocked',
    'block_by_age',
    'refusal_by_peer',
    'refusal_by_age',
    'application_rate_by_age',
    'audit_by_age',
    'audit_subject_by_age',
    'revocation_by_age',
  ])('rows would no more be looked up without the index %s', async (index) => {
    // Without one that they name, statements would not run at all.
    const others = [...statements].filter((sql) => !sql.includes(`INDEXED BY "${index}"`));
    const before = new Set(await findWalks(others));
    await door.run(`BEGIN; DROP INDEX ${index}`);
    try {
      const without = await findWalks(others);
      expect(without.filter((walk) => !before.has(walk))).not.toEqual([]);
    } finally {
      await door.run('ROLLBACK');
    }
  });
});
