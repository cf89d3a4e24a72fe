import type { Lists } from './lists';
import type { ModelLimits } from './model-state';

/**
 * What is wrong between the lists of everybody, read at rest: the invariants of the rules that can be seen in lists.
 * `mayHaveDismissed(receiver, sender)` says whether the receiver may have deleted the sender's request unanswered.
 */
export function findViolations(
  everybody: ReadonlyMap<string, Lists>,
  limits: ModelLimits,
  mayHaveDismissed: (receiver: string, sender: string) => boolean,
): string[] {
  const found: string[] = [];
  const sees = (list: 'sent' | 'received' | 'friends', owner: string, peer: string): boolean =>
    everybody.get(owner)?.[list].some(({ userID }) => userID === peer) ?? false;
  for (const [a, lists] of everybody) {
    const { friends, sent, received, blocks, groups } = lists;
    const listed = [...friends, ...sent, ...received].map(({ userID }) => userID).concat(blocks);
    for (const b of listed) if (!everybody.has(b)) found.push(`${a}'s lists name ${b}, who does not exist`);
    for (const b of blocks) {
      if (sees('friends', a, b) || sees('friends', b, a)) found.push(`${a} blocks ${b} and there is an edge`);
      const asks = [sees('sent', a, b), sees('received', b, a), sees('sent', b, a), sees('received', a, b)];
      if (asks.includes(true)) found.push(`${a} blocks ${b} and a request is pending`);
    }
    for (const { userID: b } of sent) {
      if (!sees('received', b, a) && !mayHaveDismissed(b, a))
        found.push(`${a} asks ${b}, who does not see it`);
      if (sees('friends', a, b) && sees('friends', b, a)) found.push(`${a} asks ${b}, a two-way friend`);
    }
    for (const { userID: b } of received) {
      if (!sees('sent', b, a)) found.push(`${a} sees a request that ${b} did not send`);
    }
    const lengths = { friends, applications: sent, blocks, groups };
    for (const limit of ['friends', 'applications', 'blocks', 'groups'] as const) {
      if (lengths[limit].length > limits[limit]) found.push(`${a} has ${lengths[limit].length} ${limit}`);
    }
    if (received.length > limits.applications) found.push(`${a} received ${received.length} requests`);
    for (const { name, members } of groups) {
      const strangers = members.filter((member) => !sees('friends', a, member));
      if (strangers.length > 0) found.push(`${strangers.join()} in ${a}'s group ${name}, but no friends`);
    }
  }
  return found;
}
