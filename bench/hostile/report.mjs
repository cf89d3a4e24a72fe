/** Writes docs/benchmarks-hostile.md from the results: `node bench/hostile/report.mjs`, and after a run. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { median, spread } from '../statistics.mjs';
import { count, one, range, toTable, two } from '../table.mjs';
import { ATTACKS } from './attacks.mjs';

/** A load over this at the start means that somebody else was using the machine. */
const QUIET_LOAD = 1;

/** Gives the text that was written under `root`. */
export async function writeHostileReport(root) {
  const result = JSON.parse(readFileSync(join(root, 'bench/results/hostile-full.json'), 'utf8'));
  const parts = [
    toIntroduction(result),
    '## Latency of honest clients',
    toLatencyTable(result),
    '## The attacks',
    toAttackTable(result),
  ];
  const text = await format(parts.join('\n\n'), { parser: 'markdown', printWidth: 110, singleQuote: true });
  mkdirSync(join(root, 'docs'), { recursive: true });
  writeFileSync(join(root, 'docs/benchmarks-hostile.md'), text);
  return text;
}

function toIntroduction({ machine, plan }) {
  const warnings = [];
  if (plan.short)
    warnings.push('**The short form: it shows that the benchmark works; its numbers say nothing.**');
  if (machine.loadAverageAtStart > QUIET_LOAD)
    warnings.push(
      `**The machine was not idle: load average ${machine.loadAverageAtStart} at the start. Others used the same cores; ` +
        'ratios within a round say more than absolute numbers.**',
    );
  return `# Benchmark of hostile clients

Written by \`npm run bench:hostile\` from \`bench/results/hostile-full.json\`. What bounds each attack: [hostile clients](hostile-clients.md).

${machine.date.slice(0, 10)}, Node ${machine.node}, ${machine.system}, ${machine.cores} × ${machine.processor}, ${machine.memoryGiB} GiB.

${warnings.join('\n\n')}

How it is measured:

- One server over SQLite, with its default settings but for the rate limits, which are off. ${plan.honest} honest clients ask for a page of 50 friends, each on a new
  connection, and pause ${plan.pauseMs} ms after each answer. The attacks come from one other process, as fast as it can; all three
  processes share the ${machine.cores} cores.
- For each attack ${plan.rounds} rounds: ${two(plan.windowMs / 1000)} s without it and ${two(plan.windowMs / 1000)} s with it, after ${two(plan.warmUpMs / 1000)} s of it, in turns which one is first. Every
  request of an honest client must be answered with its data, or the run fails.
- Numbers with three parts are the smallest, **median** and largest of the rounds; a ratio is of two windows of one round.`;
}

/** Of one attack, in the order of the rounds. */
function select({ windows }, { name }, isAttacked) {
  return windows
    .filter((window) => window.attack === name && window.isAttacked === isAttacked)
    .sort((left, right) => left.round - right.round);
}

function toLatencyTable(result) {
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
    ATTACKS.map((attack) => {
      const [without, attacked] = [false, true].map((isAttacked) => select(result, attack, isAttacked));
      const cells = ['p50Ms', 'p99Ms'].flatMap((key) => [
        two(median(without.map((window) => window[key]))),
        two(median(attacked.map((window) => window[key]))),
        range(spread(attacked.map((window, round) => window[key] / without[round][key])), two),
      ]);
      return [attack.title, ...cells];
    }),
  );
}

function toAttackTable(result) {
  const { windowMs, warmUpMs } = result.plan;
  return toTable(
    ['attack', 'acts a second', 'honest requests with, of those without', 'resident memory after it, MiB'],
    ATTACKS.map((attack) => {
      const [without, attacked] = [false, true].map((isAttacked) => select(result, attack, isAttacked));
      return [
        attack.title,
        range(spread(attacked.map(({ acts }) => (acts / (windowMs + warmUpMs)) * 1000)), count),
        range(spread(attacked.map(({ requests }, round) => requests / without[round].requests)), two),
        range(spread(attacked.map(({ rss }) => rss / 2 ** 20)), one),
      ];
    }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await writeHostileReport(fileURLToPath(new URL('../..', import.meta.url)));
