import { toTable, two } from '../table.mjs';
import { ENGINE_NAMES } from './names.mjs';

/** What every read wants to reach, as a ratio of requests a second to another server's in the same round. */
const LIMIT = 0.9;
const MERCURIUS = 1;
const MERCURIUS_PAGE = 1.1;
const APOLLO = 4;

/** Each read on each engine, by the medians over the rounds. */
export function toGoals(summary) {
  const reads = summary.operations.filter(({ kind }) => kind !== 'write');
  const rows = summary.engines.flatMap((engine) =>
    reads.map((operation) => {
      const goals = [
        ['raw', LIMIT],
        ['mercurius', operation.name === 'friend-page' ? MERCURIUS_PAGE : MERCURIUS],
        ['apollo', APOLLO],
      ].map(([base, least]) => {
        const ratio = summary.rateRatio(engine, operation.name, 'amicus', base);
        if (ratio === null) return { text: 'not measured', isReached: true };
        return { text: `${two(ratio.median)} (≥ ${least})`, isReached: ratio.median >= least };
      });
      const isReached = goals.every((goal) => goal.isReached);
      return [
        `${operation.title}, ${ENGINE_NAMES[engine]}`,
        ...goals.map(({ text, isReached: reached }) => (reached ? text : `**${text}**`)),
        isReached ? 'yes' : 'no',
      ];
    }),
  );
  return toTable(['Amicus, requests a second', '× raw', '× Mercurius with jit', '× Apollo', 'reached'], rows);
}
