/** Writes docs/performance.md from a profile: `node bench/queries/performance-report.mjs`, and after a run. */
import { fileURLToPath } from 'node:url';
import { readResult, ROOT, writeDocument } from '../files.mjs';
import { toMachine, toWarnings } from '../report-head.mjs';
import { count, one, toTable } from '../table.mjs';
import { requireOperation } from './operations.mjs';

/** Gives the text that was written under `root`. */
export async function writePerformance(root) {
  const result = readResult(root, 'profile');
  return writeDocument(root, 'performance.md', [
    '# Where the time of a request goes',
    'Written by `npm run bench:profile` from `bench/results/profile.json`; how Amicus compares is in [benchmarks-queries.md](benchmarks-queries.md), and where the time of an event goes in [benchmarks.md](benchmarks.md).',
    toMachine(result.machine),
    toWarnings(result),
    toMethod(result),
    toLayerTable(result.profiles),
    WAY,
    HELPED,
    DID_NOT,
  ]);
}

function toMethod({ data }) {
  return `Amicus as it is started, on SQLite, with ${count(data.users)} users and ${count(data.edges)} edges, asked over 16 connections. The inspector
looks four times a millisecond which function is running; below is what each layer takes for one request, in µs, without
what it calls in another. Native functions are counted where they belong.`;
}

function toLayerTable(profiles) {
  const layers = profiles[0].layers.map(([name]) => name);
  const find = ({ layers: all }, layer) => all.find(([name]) => name === layer)[1];
  const total = ({ layers: all }) => all.reduce((sum, [, micros]) => sum + micros, 0);
  return toTable(
    ['layer', ...profiles.map(({ operation }) => requireOperation(operation).title)],
    [
      ...layers
        .toSorted((left, right) => find(profiles[0], right) - find(profiles[0], left))
        .map((layer) => [layer, ...profiles.map((profile) => one(find(profile, layer)))]),
      ['**together**', ...profiles.map((profile) => `**${one(total(profile))}**`)],
    ],
  );
}

const WAY = `## The way of a query

1. The door looks at the address, the token and its rate before it reads the body.
2. A query that came before is known by its text (\`graphql/known-queries.ts\`): its document needs neither parsing nor
   validation, and it does not pass through Apollo Server and its plugins. Limits, rates, time-outs, metrics and the log
   are the same. What is new goes through Apollo Server, and so does what fails.
3. Variables that coercion would leave as they are, are taken as they are.
4. A function that was made for the query calls the resolvers and writes the answer at the same time
   (\`graphql/answer-writer.ts\`): no object is made that would only be turned into text. What has to be waited for is
   waited for, and the rest is written within the call. It is written as the bytes that are sent (\`lib/byte-text.ts\`).
5. Profiles come by the request's loader: a stranger's copy that is fresh; otherwise one statement that tells which
   version is stored. A version that the process holds is not read again (\`users/held-profiles.ts\`).
6. The JSON of a profile is kept on the object, for the selections used last, and put into the answer as it is.`;

const HELPED = `## What helped

Each against the build before it, in interleaved runs; CPU of the process for one request.

- Past Apollo Server, with bodies read by events: a third of \`usersInfo\` of 20 strangers.
- Versions instead of whole profiles, with their JSON: a third of a friend page and of \`usersInfo\` of 20 friends.
- One statement for a page or a batch with its profiles, where there were two; rows as lists, not as objects; columns that
  nobody asked for left out: a fourth of a page.
- No group test in the statement of the whole list: 50 µs of a page.
- Writing the answer straight from what resolvers give, where a function compiled by graphql-jit made objects first and a
  writer put them together; resolvers called without TypeGraphQL's look at each item; outcomes of items as plain properties;
  a viewer's copies of strangers in a table of their own; the answer sent in one piece with its head, and the token looked
  at once: together a fifth of \`usersInfo\` of 20 strangers asked before.
- An index that tells by itself which version of a profile is stored (of the statements alone, beside other work): a
  fourth to a third of those of a page and of a batch on SQLite, an eighth or more of that of a batch on PostgreSQL.
- A held profile shown without moving it in an LRU cache: a tenth of \`usersInfo\` of 20 friends.
- With a secret, a token that was good stays good until it ends: checking its signature again each minute took 70 µs.
- Connections to PostgreSQL that short reads share, each sent behind those that are not answered yet: by operation 8 to 35 %
  more requests a second, and a sixth less CPU in PostgreSQL's own processes.
- Answers written as bytes: with one character outside of ASCII, a text takes two bytes for each, and is encoded when it is
  sent. 9 to 17 µs of \`usersInfo\` of 20 strangers asked before, an eighth of a page.
- The request's id given with the other headers: set on the response before, it makes Node go through all of them one by
  one. 4 to 9 µs.
- An answer written by itself, and not given to \`end\`, which writes it together with an empty text and has Node make a buffer
  for that: 5 µs of an answer.
- Headers assigned to one object, not spread from several into a new one, three times over: 2.8 µs and 0.2 µs in a loop of their own. On Node 20
  \`{ ...one, ...two }\` takes a microsecond.
- The texts of a profile on the profile, not in a table of them; its moments as numbers on it, not as dates of their own; who
  is held looked up once; statements not put together anew: together 10 % of \`usersInfo\` of 20 strangers asked before, 4 to
  14 % of the others.
- Counting what a held profile takes as measured now, and not twice as much: within 64 MiB it holds all of these
  100,000 users and not about 70,000, so that fewer profiles are read whole. 15 % of strangers never asked before.
- Counting on a profile how many viewers have a copy of it, not in a table of all profiles of which there are copies: an
  eighth of strangers never asked before, on SQLite.
- Keeping V8 from making objects old when they are born (\`lib/young-garbage.ts\`). While the caches fill, much of what is
  made stays; V8 concludes that the same will, and then rows and queries of requests wait for a collection of the whole
  heap. Of 7 starts of either build in turn, \`usersInfo\` of 20 friends on PostgreSQL, medians of two seconds each: 12 % less
  CPU of a request (150 and 132 µs), half of the collector's time (199 and 102 ms), half of the heap after it (171 and 80 MB).
- A viewer's copies found by the texts that were read with them, which lie beside each other, and not by the profiles' own,
  which lie anywhere among 100,000: of \`usersInfo\` of 20 strangers asked before, between strangers never asked before, 7 to
  10 % of a request's CPU (medians of 9 rounds in turn: 66.6 and 62.1 µs on PostgreSQL, 67.2 and 60.6 on SQLite). In a process that
  answers nothing else, whose copies are all in the cache of the processor, there is nothing to gain.
- Held profiles in a plain map, in the order in which they were read, instead of an LRU cache, and what is compared of them at
  the front of the object: one look less at memory that is in no cache. 4 to 8 % of the CPU of friends and of
  \`friendsInfo\`, 2 % of a page on PostgreSQL, nothing that shows of one on SQLite (7 rounds in turn on either database).
- Committing together what is asked for in one turn of the event loop on SQLite (\`database/sqlite-writer.ts\`): 40 % less
  CPU of \`addFriend\` and \`deleteFromFriendList\` for 16 callers (618 and 374 µs, medians of 3 runs in turn), and for 64
  twice as many a second (1,380 and 2,750, one run each); one caller alone waits 5 % longer (0.64 and 0.68 ms, 4 runs).
- Carrying out together the changes of relation that are called for together (\`friends/relation-calls.ts\`): on PostgreSQL, of
  \`addFriend\` and \`deleteFromFriendList\` by 16 callers, half of the CPU and twice as many a second (277 and 592, medians
  of 4 runs in turn on a slow machine); the more callers, the more. SQLite's 16 callers gain a fourth, one caller nothing.
- Events and heads of streams by one statement on PostgreSQL, not by two or three: a tenth of a change's CPU (4 runs in
  turn, services alone).
- Indexes that hold the remark, so that a page of friends needs no row. Of the statement alone, over 2 million edges on SQLite,
  medians of 8 rounds in turn: a page with profiles 89 and 64 µs where rows lie in the order of the lists, as here, and 125 and
  67 where they lie as they came; without profiles 45 and 30, and 79 and 30. On PostgreSQL a tenth of a page without
  profiles and nothing that shows of one with them; setting a remark takes a tenth more there (7 rounds in turn).
- On SQLite, events appended by statements that end the transaction where they fail (\`events/event-append.repository.ts\`):
  one that is to be undone by itself keeps each page as it was. And streams in a table without row ids, found by one look
  instead of two. For 190 owners among 100,000 users, heads and events together 2.7 and 1.1 ms (medians of 8 rounds in turn),
  before the commit of 2.4 ms, which is the same.
- Looking for oneself in the lists of 20 others by the index by friend, where all those entries lie together, and not by the
  key, where they lie anywhere: on SQLite a fourth of the statement of \`friendsInfo\` (85 and 64 µs, 8 rounds in turn).
- The first two together, whole requests of 4 runs in turn on SQLite: 13 % more of the LinkBench mix (6 to 25 %), 5 % more
  pages (3 % less to 8 % more).`;

const DID_NOT = `## What did not

- Kept JSON alone: as long as friends were read whole, each request had objects of its own, and writing these field by
  field is slower than \`JSON.stringify\` of everything. It pays since the objects are shared.
- A statement for each request at once, not at the end of the turn. One for all of a turn was no better: who shares nobody
  with another viewer is now read alone, at the end of the turn, which takes SQLite a tenth less.
- Columns packed into one, or \`NULLIF\` for what is empty.
- Metrics' children kept by label: 0.25 µs instead of 0.27.
- A result put together from JSON that the database makes: on PostgreSQL slower; on SQLite as fast as lists.
- On PostgreSQL, one statement for all of a turn, once more: no better than one for each viewer, cold or warm. Versions as
  one JSON list for each column: 15 µs less here, and as much more there.
- A young generation four times as large: 2 to 5 % of the CPU of reads on SQLite, some faster and
  some slower on PostgreSQL (5 rounds in turn).
- On PostgreSQL, changes sent without waiting for the answer to the one before, three of the eight waits of \`addFriend\`: in
  3 runs in turn 15 % fewer, 5 % and 9 % more a second, and a lost connection would leave more commits in doubt.
- On SQLite, what statements keep to be undone in memory and not in a file (\`temp_store\`): a part of what is gained by not
  keeping it, and nothing besides that. Friends without row ids: the file is a fourth smaller, and pages are as fast as where
  rows lie in order; but to find what owners call a friend takes a fifth more.
- Strangers' copies not moved at each use but passed over once when the oldest is to go: nothing that shows. Answers put
  together from a list of as many parts, or written into a buffer piece by piece: slower, in a loop of their own.`;

if (process.argv[1] === fileURLToPath(import.meta.url)) await writePerformance(ROOT);
