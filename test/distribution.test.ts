import { createSchema } from '../src/graphql/schema';
import { TOURED } from './support/api-tour';
import { gatherStatements } from './support/gathered-statements';
import { readDocument } from './support/markdown';
import { createTestDatabase, dropTestDatabase, toDatabaseUrl, withClient } from './support/postgres-server';
import { postgresDialect } from '../src/database/postgres-dialect';
import { PostgresPlans, toCondition, type PlanNode } from './support/postgres-plans';
import { openSideDoor } from './support/side-door';
import { findPostgres, type Store } from './support/stores';

const found = findPostgres();
const { serverUrl, template } = found ?? { serverUrl: '', template: '' };

/** The column of each table by which it can be distributed: the user whose row it is. */
const USER_COLUMNS = new Map([
  ['user', 'id'],
  ['friend', 'owner_id'],
  ['friend_group', 'owner_id'],
  ['friend_group_member', 'owner_id'],
  ['friend_application', 'owner_id'],
  ['block', 'owner_id'],
  ['event_stream', 'user_id'],
  ['event', 'user_id'],
  ['profile_fanout', 'user_id'],
  ['application_rate', 'owner_id'],
  ['refusal', 'owner_id'],
  ['audit', 'actor_id'],
  ['audit_subject', 'user_id'],
  // Or the token: a small table, which every server holds in memory.
  ['revocation', 'subject'],
]);

/** Tables that belong to no user. */
const OTHER_TABLES = ['migrations'];

const SWEEP = 'A round over all users in the background, some at a time; nobody waits for it.';
const REVERSE = 'Of deleteUsers, which administrators call: the lists of everybody else in which a user is.';

/**
 * All statements that look for rows of a table without saying whose they are, each by how it begins. They ask every
 * part of a distributed database, by an index. No call of a user waits for one.
 */
const EXCEPTIONS: readonly { begins: string; table: string; why: string }[] = [
  { begins: 'SELECT s.user_id, s.epoch, s.head, s.floor, ', table: 'event_stream', why: SWEEP },
  {
    begins: 'SELECT * FROM ( SELECT user_id, position, stop_at, wrapped FROM profile_fanout ',
    table: 'profile_fanout',
    why: SWEEP,
  },
  { begins: 'SELECT count(*) AS count, min(requested_at)', table: 'profile_fanout', why: 'One metric.' },
  {
    begins: `SELECT ${postgresDialect.list('owner_id')} AS owner_ids FROM ( SELECT owner_id FROM friend `,
    table: 'friend',
    why: 'Of the job that tells a profile change: the owners whose lists hold the user, 3,000 at a time.',
  },
  { begins: 'SELECT owner_id, friend_id AS user_id FROM friend ', table: 'friend', why: REVERSE },
  { begins: 'SELECT owner_id, peer_id AS user_id, type ', table: 'friend_application', why: REVERSE },
  { begins: 'SELECT owner_id, blocked_id AS user_id ', table: 'block', why: REVERSE },
  { begins: 'SELECT owner_id FROM refusal WHERE peer_id IN ', table: 'refusal', why: REVERSE },
  {
    begins:
      'DELETE FROM friend_group_member WHERE (owner_id, friend_id) IN (SELECT owner_id, friend_id FROM friend ',
    table: 'friend',
    why: REVERSE,
  },
  { begins: 'DELETE FROM friend WHERE friend_id IN ', table: 'friend', why: REVERSE },
  { begins: 'DELETE FROM friend_application WHERE peer_id IN ', table: 'friend_application', why: REVERSE },
  { begins: 'DELETE FROM block WHERE blocked_id IN ', table: 'block', why: REVERSE },
  { begins: 'DELETE FROM refusal WHERE peer_id IN ', table: 'refusal', why: REVERSE },
  {
    begins: 'SELECT payload, occurred_at FROM event WHERE user_id IN ',
    table: 'event',
    why: 'Of deleteUsers. It says whose rows it wants, but in so small a table PostgreSQL begins with the type.',
  },
  {
    begins: 'SELECT f.owner_id, f.friend_id, f.remark, ',
    table: 'friend',
    why: 'Of a changed profile, for those who listen. It says whose rows it wants, but PostgreSQL begins with the friend.',
  },
  ...['application_rate', 'refusal'].map((table) => ({
    begins: 'SELECT 1 FROM application_rate WHERE asked_at <= $1 UNION ALL SELECT 1 FROM refusal ',
    table,
    why: SWEEP,
  })),
  { begins: 'DELETE FROM audit WHERE (actor_id, id) IN ', table: 'audit', why: SWEEP },
  {
    begins: 'DELETE FROM audit_subject WHERE (user_id, acted_at, id) IN ',
    table: 'audit_subject',
    why: SWEEP,
  },
  { begins: 'SELECT a.actor_id, a.id, ', table: 'audit', why: 'Of auditLog, which administrators read.' },
  {
    begins: 'SELECT subject, kind, id, revoked_at FROM revocation',
    table: 'revocation',
    why: 'Every server holds all of it in memory, so that no request asks for it.',
  },
  {
    begins: 'SELECT subject, kind, id, revoked_at FROM revocation WHERE (revoked_at, id) < ',
    table: 'revocation',
    why: 'Of revocations, which administrators read.',
  },
];

/** So that a condition on a key is used wherever there is one, however small the tables are. */
const SETTINGS = ['seqscan', 'hashjoin', 'mergejoin', 'material', 'memoize']
  .map((name) => `SET enable_${name} = off`)
  .join('; ');

/** The table of which rows are read here that are not found by an equal first column of the key. */
function findTableWithoutKey(node: PlanNode): string[] {
  const table = node['Relation Name'];
  // A row that is written is one that was found below, or a new one, which has its key.
  if (table === undefined || !node['Node Type'].endsWith('Scan')) return [];
  const key = USER_COLUMNS.get(table);
  if (key === undefined) throw new Error(`The table ${table} has no key that is known.`);
  return toCondition(node).includes(`(${key} = `) ? [] : [table];
}

test('the tour of the API calls every operation that there is', () => {
  const schema = createSchema([]);
  const types = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  expect([...TOURED].sort()).toEqual(types.flatMap((type) => Object.keys(type?.getFields() ?? {})).sort());
});

test('docs/scaling.md distributes every table by its user', () => {
  const commands = [
    ...readDocument('docs/scaling.md').matchAll(/^SELECT create_distributed_table\('"?(\w+)"?', '(\w+)'/gm),
  ];
  expect(new Map(commands.map(([, table = '', column = '']) => [table, column]))).toEqual(USER_COLUMNS);
});

(found === null ? describe.skip : describe)('the tables can be distributed by user', () => {
  let name: string;
  let url: string;
  beforeAll(async () => {
    name = await createTestDatabase(serverUrl, template);
    url = toDatabaseUrl(serverUrl, name);
  });
  afterAll(() => dropTestDatabase(serverUrl, name));

  test('the primary key of every table begins with its user', async () => {
    const keys = await withClient(url, async (client) => {
      const { rows } = await client.query<{ table: string; column: string }>(
        `SELECT c.relname AS table, a.attname AS column FROM pg_class c
          LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
          LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
          WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`,
      );
      return new Map(rows.map(({ table, column }) => [table, column]));
    });
    for (const table of OTHER_TABLES) expect(keys.delete(table)).toBe(true);
    expect(keys).toEqual(USER_COLUMNS);
  });

  test('every statement finds its rows by their user, with the exceptions that are listed, and no others', async () => {
    const store: Store = {
      name: 'PostgreSQL',
      create: () => Promise.resolve({ config: { databaseUrl: url }, drop: () => Promise.resolve() }),
    };
    const statements = await gatherStatements(store);
    expect(statements.size).toBeGreaterThan(50);
    const unbound: string[] = [];
    const door = await openSideDoor({ databaseUrl: url });
    try {
      const plans = await PostgresPlans.open(door, SETTINGS);
      for (const sql of statements) {
        for (const table of new Set((await plans.explain(sql)).flatMap(findTableWithoutKey))) {
          // The longest one, where two begin alike.
          const known = EXCEPTIONS.findLast(({ begins }) => sql.startsWith(begins));
          unbound.push(`${table}: ${known?.begins ?? sql}`);
        }
      }
    } finally {
      await door.close();
    }
    expect(unbound.sort()).toEqual(EXCEPTIONS.map(({ begins, table }) => `${table}: ${begins}`).sort());
  });
});
