import { count, toTable } from '../table.mjs';
import { ASSUMED, toNeeds, toRowsPerUser } from './inputs.mjs';

const SCALES = [10_000_000, 1_000_000_000];
/** Memory of a server that is given to listeners, in bytes: Node's own heap needs the rest of some 4 GiB. */
const LISTENERS_BYTES = 2 * 2 ** 30;

const precise = (value) => (value < 10 ? value.toFixed(1) : count(value));
const gigabytes = (bytes) =>
  bytes >= 1e12
    ? `${precise(bytes / 1e12)} TB`
    : bytes >= 1e9
      ? `${precise(bytes / 1e9)} GB`
      : `${precise(bytes / 1e6)} MB`;

export function toScalingText(inputs) {
  const rowsPerUser = toRowsPerUser();
  const needs = SCALES.map((users) => toNeeds(users, inputs));
  const servers = needs.map(({ memory, deliveryCores, readCores }) =>
    Math.ceil(Math.max(memory / LISTENERS_BYTES, deliveryCores + readCores)),
  );
  const bytesPerUser = needs[0].storage / SCALES[0];
  const row = (what, formula, show) => [`${what}, ${formula}`, ...needs.map(show)];
  const { sizes, nodes } = inputs;
  const load = Math.max(sizes.machine.loadAverageAtStart, nodes.machine.loadAverageAtStart);
  return [
    '# Scaling',
    'Written by `node bench/scaling/report.mjs` from `bench/results`. Every figure is computed from measured ones by the formula beside it; what is assumed stands apart and can be changed in `bench/scaling/inputs.mjs`.',
    load > 1
      ? `**The machine was not idle when this was measured (load average up to ${load}): figures by the CPU and by the clock are too small, and the servers that follow from them too many. Sizes are not concerned.**`
      : '',
    '## What is assumed of an app',
    `Each user has ${ASSUMED.friends} friends, changes the profile every ${1 / ASSUMED.changesPerDay} days, hears of ${ASSUMED.otherEventsPerDay} other event and makes ${ASSUMED.requestsPerDay} requests a day;
has ${ASSUMED.requests} pending requests, ${ASSUMED.blocks} blocked users and ${ASSUMED.groups} groups with ${ASSUMED.members} friends in all. Events are kept ${ASSUMED.daysKept} days. One user in ${1 / ASSUMED.onlineShare}
is online at a time. The busiest second has ${ASSUMED.peak} times the load of the mean one.`,
    '## What is measured',
    `${sizes.machine.date.slice(0, 10)} and ${nodes.machine.date.slice(0, 10)}, ${nodes.machine.cores} × ${nodes.machine.processor}. Bytes of a row with all indexes: \`pg_total_relation_size\` over ${count(sizes.users)} users and ${count(sizes.edges)} edges
(\`npm run bench:sizes\`), friends ${sizes.degreeSource}.`,
    toTable(
      [
        'table',
        'rows measured',
        'bytes a row, with indexes',
        'of these the indexes',
        'rows a user',
        'bytes a user',
      ],
      sizes.tables.map(({ name, rows, total, heap }) => [
        `\`${name}\``,
        count(rows),
        count(total / rows),
        count((total - heap) / rows),
        precise(rowsPerUser[name] ?? 0),
        count((rowsPerUser[name] ?? 0) * inputs.bytesPerRow[name]),
      ]),
    ),
    toTable(
      ['measured', 'figure'],
      [
        [
          'resident memory of an idle listener ([benchmarks.md](benchmarks.md))',
          `${count(inputs.listenerBytes)} bytes`,
        ],
        [
          'deliveries per second of a server’s CPU ([benchmarks-nodes.md](benchmarks-nodes.md))',
          count(inputs.deliveriesPerCpuSecond),
        ],
        ['requests per second of a server’s CPU', count(inputs.readsPerCpuSecond)],
        ['events written and sent a second, one profile change at a time', count(inputs.eventsWritten)],
        [
          'hints for one event',
          `${inputs.hintBytes.toFixed(1)} bytes, ${inputs.hintMessages.toFixed(4)} messages`,
        ],
      ],
    ),
    '## What follows',
    toTable(
      ['at the peak', ...SCALES.map((users) => `${count(users)} users`)],
      [
        row('storage', 'users × Σ rows a user × bytes a row', ({ storage }) => gigabytes(storage)),
        row('profile changes a second', 'users × changes a day × peak ÷ 86,400', ({ changes }) =>
          count(changes),
        ),
        row('events a second', 'users × (changes × friends + others) × peak ÷ 86,400', ({ events }) =>
          count(events),
        ),
        row('… as a multiple of what was written here', 'events ÷ measured', ({ writers }) =>
          precise(writers),
        ),
        row('listeners', 'users × online', ({ listeners }) => count(listeners)),
        row('their memory', 'listeners × bytes', ({ memory }) => gigabytes(memory)),
        row('cores that deliver', 'events × online ÷ deliveries per CPU-second', ({ deliveryCores }) =>
          precise(deliveryCores),
        ),
        row('requests a second', 'users × requests × peak ÷ 86,400', ({ reads }) => count(reads)),
        row('cores that answer', 'requests ÷ requests per CPU-second', ({ readCores }) => precise(readCores)),
        ['servers, the more of memory ÷ 2 GiB and cores', ...servers.map(count)],
        row('hints, to every server', 'events × bytes', ({ hintBytes }) => `${gigabytes(hintBytes)}/s`),
        row('hint messages a second', 'events × messages', ({ hintMessages }) => precise(hintMessages)),
        ['connections to PostgreSQL, servers × (2 × 10 + 1)', ...servers.map((each) => count(each * 21))],
      ],
    ),
    toLimits({ bytesPerUser, needs, servers }),
    CITUS,
  ]
    .filter(Boolean)
    .join('\n\n');
}

function toLimits({ bytesPerUser, needs: [small, large], servers: [few, many] }) {
  return `## Which limit comes first, and what lifts it

A user takes ${count(bytesPerUser)} bytes, most of them edges and events. In this order, each step when the one before is full:

1. **Connections.** ${count(few)} servers would ask for ${count(few * 21)}; PostgreSQL serves some hundreds well. PgBouncer in transaction mode
   ([postgresql.md](postgresql.md#through-pgbouncer)) lets all servers share as many as the database has use for.
2. **Hints.** PostgreSQL's \`NOTIFY\` takes one lock of the whole server for each message; Redis takes that away
   (\`AMICUS_REDIS_URL\`). Every server hears every hint, so with ${count(many)} servers and ${gigabytes(large.hintBytes)}/s to each of them one channel
   for all is the limit: that needs channels by user, which Amicus does not have.
3. **Writing.** ${count(small.events)} events a second at 10 million users are ${precise(small.writers)} times what this machine wrote, with its database,
   servers and listeners on the same cores. A bigger PostgreSQL is the first answer: more cores, memory for the indexes, a
   faster disk for the log. Fewer events are the other: fewer days are kept, or friends are fewer.
4. **Reading.** A read replica takes the profiles of strangers ([postgresql.md](postgresql.md#a-read-replica)). Lists and friends stay with
   the primary, so it lifts this by no more than their share.
5. **Storage and writing for good.** ${gigabytes(small.storage)} are one machine; ${gigabytes(large.storage)} are not. Then the tables are distributed by user.`;
}

const CITUS = `## Distributed by user

Every primary key begins with the user whose row it is, and every statement finds its rows by that user:
\`test/distribution.test.ts\` has PostgreSQL plan each one and lists the exceptions with their reasons. So the tables can be
distributed by user, all alike, and the rows of one user are on one node. With Citus, after \`amicus migrate\` on an empty
database (**not run here**):

\`\`\`text
CREATE EXTENSION citus;
SELECT create_distributed_table('"user"', 'id');
SELECT create_distributed_table('friend', 'owner_id', colocate_with => '"user"');
SELECT create_distributed_table('friend_group', 'owner_id', colocate_with => '"user"');
SELECT create_distributed_table('friend_group_member', 'owner_id', colocate_with => '"user"');
SELECT create_distributed_table('friend_application', 'owner_id', colocate_with => '"user"');
SELECT create_distributed_table('block', 'owner_id', colocate_with => '"user"');
SELECT create_distributed_table('event_stream', 'user_id', colocate_with => '"user"');
SELECT create_distributed_table('event', 'user_id', colocate_with => '"user"');
SELECT create_distributed_table('profile_fanout', 'user_id', colocate_with => '"user"');
SELECT create_distributed_table('application_rate', 'owner_id', colocate_with => '"user"');
SELECT create_distributed_table('refusal', 'owner_id', colocate_with => '"user"');
SELECT create_distributed_table('audit', 'actor_id', colocate_with => '"user"');
SELECT create_distributed_table('audit_subject', 'user_id', colocate_with => '"user"');
SELECT create_distributed_table('revocation', 'subject', colocate_with => '"user"');
\`\`\`

There are no reference tables: nothing is the same for everybody but \`migrations\`, which stays on the coordinator.

What then costs more, or has to be tried first:

- A change of two users (befriending, blocking) is one transaction on two nodes: a two-phase commit, with its two more
  round trips, and slower when one of both is.
- Statements over lists of users take the list as one JSON value. The planner cannot see whose it is, so they may be sent to
  every node; statements of one user (\`= $1\`) go to one. Joins of such a list on its outer side may be refused by a version
  of Citus. This has to be tried with the version that is used, statement by statement, with that test's list.
- A friend list with profiles reads one node for the list and up to as many as there are for the profiles.
- A profile change finds its owners (\`friend\` by \`friend_id\`) on every node, twice for 3,000 owners; deleting a user looks
  everywhere, too.
- \`SELECT … FOR UPDATE\` of several users' streams locks on several nodes; they are locked in sorted order on each, and a
  deadlock between nodes is found by Citus and run again by Amicus.
- The server that tells the owners of a changed profile claims that job by an advisory lock, taken in the statement that
  reads the job: whether two servers meet at the same lock through Citus has to be tried, too.`;
