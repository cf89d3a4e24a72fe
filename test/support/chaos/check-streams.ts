import { toCovering, toOwner, type Claim } from './claims';
import { toClaims } from './event-claims';
import { toPossible } from './possibilities';
import { toPromised, type Promised } from './promises';
import type { ChaosRecords, MutationRecord, StreamRecord } from './records';
import { findReplayProblems } from './strict-replay';

/** What is wrong with one stream as it is read back. */
export function findStreamProblems({ userID, base, log, end, lists }: StreamRecord): string[] {
  const [opened, ...events] = log;
  const found: string[] = [];
  if (opened?.['recovered'] !== true) found.push('it cannot be read from its beginning');
  for (const [index, { seq }] of events.entries()) {
    const due = (opened?.seq ?? 0) + index + 1;
    if (seq !== due) found.push(`it holds ${seq} where ${due} is due`);
  }
  if (log.at(-1)?.cursor === end) found.push(...findReplayProblems(base, events, lists));
  else found.push(`it ends at ${log.at(-1)?.seq ?? 'nothing'}, and its position is another one`);
  return found.map((problem) => `stream of ${userID}: ${problem}`);
}

/** Holds what calls promised against what the streams say: nothing is missing, and nothing is there without a call. */
export function findClaimProblems({ mutations, streams }: ChaosRecords): string[] {
  const told = count(
    streams.flatMap(({ userID, log }) => log.slice(1).flatMap((event) => toClaims(userID, event))),
  );
  return [
    ...findBroken(mutations, told, new Set(streams.map(({ userID }) => userID))),
    ...findUnfounded(mutations, told),
  ];
}

/** Promises without an event of their own. One that allows for two events takes what the others leave. */
function findBroken(
  mutations: readonly MutationRecord[],
  told: ReadonlyMap<Claim, number>,
  owners: ReadonlySet<string>,
): string[] {
  const left = new Map(told);
  const promised: Promised[] = mutations
    .flatMap((record) => (record.outcome === 'acknowledged' ? toPromised(record.step, record.answer) : []))
    .filter((claims) => claims.every((claim) => owners.has(toOwner(claim))))
    .sort((a, b) => a.length - b.length);
  const broken = promised.filter((claims) => {
    const kept = claims.find((claim) => (left.get(claim) ?? 0) > 0);
    if (kept !== undefined) left.set(kept, (left.get(kept) ?? 0) - 1);
    return kept === undefined;
  });
  return broken.map((claims) => `an acknowledged change has no event: ${claims.join(' or ')}`);
}

function findUnfounded(mutations: readonly MutationRecord[], told: ReadonlyMap<Claim, number>): string[] {
  const possible = count(
    mutations.flatMap((record) =>
      toPossible(record.step, record.outcome === 'acknowledged' ? record.answer : undefined),
    ),
  );
  return [...told].flatMap(([claim, times]) => {
    const most = toCovering(claim).reduce((sum, covering) => sum + (possible.get(covering) ?? 0), 0);
    return times <= most ? [] : [`told ${times} times, done at most ${most} times: ${claim}`];
  });
}

function count(claims: readonly Claim[]): Map<Claim, number> {
  const counts = new Map<Claim, number>();
  for (const claim of claims) counts.set(claim, (counts.get(claim) ?? 0) + 1);
  return counts;
}
