import { DOCUMENTS } from './documents.mjs';
import { MIX } from './linkbench.mjs';
import { toMachine, toWarnings } from '../report-head.mjs';
import { toTable, two } from '../table.mjs';

/** When and where it was measured, and what speaks against the numbers. */
export function toSetting({ machine, plan, windows }) {
  const isAlone = !windows.some(({ engine }) => engine === 'postgres');
  return [
    toMachine(machine),
    toWarnings({ machine, plan }),
    isAlone ? '**SQLite alone was measured, without PostgreSQL.**' : '',
  ].join('\n\n');
}

export function toIntroduction(result) {
  const { plan, data, degreeSource } = result;
  const number = (value) => value.toLocaleString('en-US');
  return `# Benchmark of queries

Written by \`npm run bench\` from \`bench/results/queries-full.json\`. Install the peers first: \`npm ci --prefix bench\`.

${toSetting(result)}

How it is measured:

- Data: ${number(data.users)} users and ${number(data.edges)} edges by a fixed seed, in Amicus' own tables. Degrees: ${degreeSource},
  scaled to the number of edges and at most 2,900; friendships are drawn at random by these degrees, and one in ten is one-way.
- ${number(data.viewers)} users ask, who have from 60 to 200 friends. All of them, whom they ask for and in which order, follows from the seed.
- Every server runs in a process of its own over the same database; the requests come from another process, over
  ${plan.connections} connections that are kept alive, each of which asks anew when it is answered. Where the database is PostgreSQL, it has
  the same cores, too.
- Before anything is timed, all servers get the same calls, and their answers must be the same byte for byte. Three
  things are left out of this: a line end behind the answer, the cursor of a page, and the time at which a friend was
  added by the call before. PostGraphile has a schema of its own making: its answers must hold the same values.
  After writes, every server must have added as many edges.
- ${plan.rounds} rounds. In each, every operation is put to every server for ${two(plan.windowMs / 1000)} s after a warm-up of ${two(plan.warmUpMs / 1000)} s (the first
  time of ${two(plan.firstWarmUpMs / 1000)} s more); servers take turns, another one first in each round. Numbers with three parts are the smallest,
  **median** and largest of the rounds; a ratio is one of two servers in the same round; p50, p99 and CPU are medians.
- CPU is that of the server's process alone, with all its threads. For writes it has in it what the server does after
  its answer.

The servers:

- **Amicus** as it is started: it checks the token of every request and has all its limits on.
- **Raw**: \`node:http\`, one hand-written statement for each read, compiled once (named on PostgreSQL), and
  \`JSON.stringify\`. It knows no GraphQL. It believes a header that says who asks, as all but Amicus do. For strangers it
  keeps a map of what each viewer saw in the last ten minutes.
- **Mercurius** with jit and **GraphQL Yoga** over the same hand-written SQL and the same map; a page's profiles come
  by Mercurius' loaders, or by a DataLoader.
- **Apollo Server** by \`startStandaloneServer\` as its documentation starts it, with TypeORM's \`find\` and a DataLoader.
- **PostGraphile 5** over the same tables, on PostgreSQL only, with its filter plugin for lists of ids. It answers in no order,
  and its mutations change rows and know no rules, so it has no writes here. It asks for Node 22; on Node 20 it is given the
  one function that it misses.
- Writes are not the same work: Amicus checks all its rules and writes durable events for both users; the others check
  blocks, limits and what is there (Apollo: what is there only), and keep no events. Every commit is on the disk.
  Amicus carries out together, with one commit, what is called for at the same time, where that can be; the others have
  a commit for each call.
- The ratios go with the machine. On 2026-11-30 one that was a third as fast gave for reads 0.76 to 1.15 × raw and 0.84 to
  1.68 × Mercurius.`;
}

/** What the LinkBench mix is made of. */
export function toMixTable() {
  return toTable(
    ['LinkBench', 'call', 'published share, %'],
    MIX.map(({ linkBench, call, share }) => [`\`${linkBench}\``, call, two(share)]),
  );
}

/** The documents of these names. */
export function toDocuments(names) {
  return `\`\`\`text\n${names.map((name) => DOCUMENTS[name]).join('\n\n')}\n\`\`\``;
}
