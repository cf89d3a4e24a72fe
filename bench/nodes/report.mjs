/** Writes docs/benchmarks-nodes.md from the results: `node bench/nodes/report.mjs`, and at the end of every run. */
import { fileURLToPath } from 'node:url';
import { readResult, ROOT, writeDocument } from '../files.mjs';
import { toMachine, toWarnings } from '../report-head.mjs';
import { spread } from '../statistics.mjs';
import { count, one, range, toTable, two } from '../table.mjs';

const BUSES = { notify: 'NOTIFY', redis: 'Redis' };

/** Gives the text that was written under `root`. */
export async function writeNodesReport(root) {
  const result = readResult(root, 'nodes-full');
  const { machine, plan, windows } = result;
  const buses = Object.keys(BUSES).filter((bus) => windows.some((window) => window.bus === bus));
  const of = (bus, nodes) => windows.filter((window) => window.bus === bus && window.nodes === nodes);
  const figure = (bus, nodes, key) => spread(of(bus, nodes).map((window) => window[key]));
  const ratio = (bus, nodes, key) =>
    spread(
      of(bus, nodes).map((window) => {
        const single = of(bus, 1).find(({ round }) => round === window.round);
        return window[key] / single[key];
      }),
    );
  const rows = (show) =>
    buses.flatMap((bus) => plan.nodes.map((nodes) => [`${nodes}, ${BUSES[bus]}`, ...show(bus, nodes)]));
  return writeDocument(root, 'benchmarks-nodes.md', [
    '# Benchmarks of several servers',
    'Written by `npm run bench:nodes` from `bench/results/nodes-full.json`. PostgreSQL and Redis must answer.',
    toMachine(machine),
    toWarnings({ machine, plan }, 'figures of CPU and ratios within a round say more than those of time.'),
    `Servers, PostgreSQL, Redis, ${plan.nodes.at(-1)} processes of listeners and as many that ask share ${machine.cores} cores. So this does not show how much more several
servers do on machines of their own; it shows what it costs to be several: what one second of a server's CPU does must
hardly fall with their number.

- ${plan.rounds} rounds; in each, every number of servers with every bus is started afresh, in an order that changes from
  round to round. Numbers with three parts are the smallest, **median** and largest of the rounds; a ratio is to one
  server in the same round.
- Live events: ${count(plan.listeners)} listeners, spread evenly, all have one user in their lists, whose profile changes ${plan.changes} times in
  each round, at the first server. Deliveries a second count from where the database begins to commit the listeners'
  events to the last delivery. It is checked that every listener gets every event once.
- Hints are what one more listener on the bus hears for each change, the servers' questions to themselves left out.
- Reads: \`usersInfo\` of 20 friends, over HTTP, ${plan.connections} connections in all; data of ${count(plan.users)} users and ${count(result.data.edges)} edges.
- CPU is that of the servers alone, without PostgreSQL, Redis, listeners and those who ask.`,
    '## Live events',
    toTable(
      ['servers and bus', 'deliveries/s', 'ratio', 'ms, the whole', 'deliveries per CPU-second', 'ratio'],
      rows((bus, nodes) => [
        range(figure(bus, nodes, 'deliveries'), count),
        range(ratio(bus, nodes, 'deliveries'), two),
        range(figure(bus, nodes, 'wholeMs'), one),
        range(figure(bus, nodes, 'deliveriesPerCpuSecond'), count),
        range(ratio(bus, nodes, 'deliveriesPerCpuSecond'), two),
      ]),
    ),
    `## Hints for one profile change with ${count(plan.listeners)} owners`,
    toTable(
      ['servers and bus', 'messages', 'bytes', 'bytes for each owner'],
      rows((bus, nodes) => [
        range(figure(bus, nodes, 'hintMessages'), one),
        range(figure(bus, nodes, 'hintBytes'), count),
        range(spread(of(bus, nodes).map(({ hintBytes }) => hintBytes / plan.listeners)), one),
      ]),
    ),
    '## Reads',
    toTable(
      ['servers and bus', 'requests/s', 'ratio', 'requests per CPU-second', 'ratio'],
      rows((bus, nodes) => [
        range(figure(bus, nodes, 'reads'), count),
        range(ratio(bus, nodes, 'reads'), two),
        range(figure(bus, nodes, 'readsPerCpuSecond'), count),
        range(ratio(bus, nodes, 'readsPerCpuSecond'), two),
      ]),
    ),
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeNodesReport(ROOT);
