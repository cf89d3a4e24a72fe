/** Writes docs/benchmarks-hostile.md from the results: `node bench/hostile/report.mjs`, and after a run. */
import { fileURLToPath } from 'node:url';
import { readResult, ROOT, writeDocument } from '../files.mjs';
import { toMachine, toWarnings } from '../report-head.mjs';
import { median, spread } from '../statistics.mjs';
import { count, one, range, toTable, two } from '../table.mjs';
import { ATTACKS } from './attacks.mjs';

const FORMS = {
  off: {
    title: 'With the rate limits off: what an attack costs at the most',
    text: 'From as many addresses and by as many users as it takes never to be limited, it would be this.',
  },
  default: {
    title: 'With the default limits: what others feel',
    text: 'An attack from one address by one user, from its first second on: what its limits let through at once is in it.',
  },
};

/** Gives the text that was written under `root`. */
export async function writeHostileReport(root) {
  const { windows, ...about } = readResult(root, 'hostile-full');
  const sections = Object.entries(FORMS).flatMap(([form, { title, text }]) => {
    const of = windows.filter((window) => window.form === form);
    return [`## ${title}`, text, toLatencyTable(of), toAttackTable(of, about.plan)];
  });
  return writeDocument(root, 'benchmarks-hostile.md', [toIntroduction(about), ...sections]);
}

function toIntroduction({ machine, plan }) {
  return `# Benchmark of hostile clients

Written by \`npm run bench:hostile\` from \`bench/results/hostile-full.json\`. What bounds each attack: [hostile clients](hostile-clients.md).

${toMachine(machine)}

${toWarnings({ machine, plan })}

How it is measured:

- Two servers over SQLite with default settings, one of them with the [rate limits](rate-limits.md) off; one at a time has work. ${plan.honest} honest clients
  ask for a page of 50 friends, each on a new connection and for ${plan.users} users in turn, and pause ${plan.pauseMs} ms after each answer. The
  attacks come from one other process, as fast as it can; all processes share the ${machine.cores} cores.
- Each time an attack begins it has an address of its own and, where it needs a good token, a user of its own.
- For each attack ${plan.rounds} rounds, on each server: ${two(plan.windowMs / 1000)} s without it and ${two(plan.windowMs / 1000)} s with it, after ${two(plan.warmUpMs / 1000)} s of it, in turns which one is first. Every
  request of an honest client must be answered with its data, or the run fails.
- Numbers with three parts are the smallest, **median** and largest of the rounds; a ratio is of two windows of one round.`;
}

const findMeasured = (windows) => ATTACKS.filter(({ name }) => windows.some(({ attack }) => attack === name));

/** Of one attack, in the order of the rounds. */
function select(windows, { name }, isAttacked) {
  return windows
    .filter((window) => window.attack === name && window.isAttacked === isAttacked)
    .sort((left, right) => left.round - right.round);
}

function toLatencyTable(windows) {
  return toTable(
    [
      'attack',
      'p50 without, ms',
      'p50 with, ms',
      'ratio of p50',
      'p99 without, ms',
      'p99 with, ms',
      'ratio of p99',
    ],
    findMeasured(windows).map((attack) => {
      const [without, attacked] = [false, true].map((isAttacked) => select(windows, attack, isAttacked));
      const cells = ['p50Ms', 'p99Ms'].flatMap((key) => [
        two(median(without.map((window) => window[key]))),
        two(median(attacked.map((window) => window[key]))),
        range(spread(attacked.map((window, round) => window[key] / without[round][key])), two),
      ]);
      return [attack.title, ...cells];
    }),
  );
}

function toAttackTable(windows, { windowMs, warmUpMs }) {
  return toTable(
    ['attack', 'acts a second', 'honest requests with, of those without', 'resident memory after it, MiB'],
    findMeasured(windows).map((attack) => {
      const [without, attacked] = [false, true].map((isAttacked) => select(windows, attack, isAttacked));
      return [
        attack.title,
        range(spread(attacked.map(({ acts }) => (acts / (windowMs + warmUpMs)) * 1000)), count),
        range(spread(attacked.map(({ requests }, round) => requests / without[round].requests)), two),
        range(spread(attacked.map(({ rss }) => rss / 2 ** 20)), one),
      ];
    }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeHostileReport(ROOT);
