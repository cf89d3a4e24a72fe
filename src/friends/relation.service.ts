import type { Transaction } from '../database/sql';
import type { ResultCode } from '../errors';
import type { Bus } from '../events/bus';
import type { EventLog } from '../events/event-log.repository';
import type { Clock } from '../lib/clock';
import { toOwnText } from '../lib/own-text';
import type { Limits } from '../limits';
import type { FriendGroupRepository } from './friend-group.repository';
import type { HeldProfiles } from '../users/held-profiles';
import type { StrangerCache } from '../users/stranger-cache';
import { RelationEffects, type RelationChange } from './relation-effects';
import type { ListCounts, PairKey, PairRow, RelationRepository } from './relation.repository';
import { decide, type Decision, type PairState, type RelationAction } from './relation.transitions';

/** Every list that an action of this kind can make longer: what must be counted before it is decided. */
const GROWS = {
  ADD: 'both',
  ACCEPT: 'both',
  IMPORT: 'both',
  BLOCK: 'mine',
  REFUSE: null,
  WITHDRAW: null,
  DISMISS: null,
  DELETE: null,
  UNBLOCK: null,
} as const satisfies Record<RelationAction['kind'], 'both' | 'mine' | null>;

const HOUR_MS = 60 * 60 * 1_000;

/** Changes how users stand to each other: reads, decides by the table, writes and records events, in one transaction. */
export class RelationService {
  constructor(
    private readonly relations: RelationRepository,
    private readonly groups: FriendGroupRepository,
    private readonly held: HeldProfiles,
    private readonly strangers: StrangerCache,
    private readonly log: EventLog,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly limits: Limits,
    private readonly refusalCooldownMs: number,
  ) {}

  /**
   * Carries out the changes in order and gives the result of each. No two may concern the same two users. The number
   * of statements does not depend on the number of changes.
   */
  async change(tx: Transaction, changes: readonly RelationChange[]): Promise<ResultCode[]> {
    if (changes.length === 0) return [];
    const concerned = toConcerned(changes);
    // All but an import is a call of "me", the same in each.
    const callerID = changes.find(({ action }) => action.kind !== 'IMPORT')?.me;
    const locked =
      callerID === undefined
        ? await this.log.lock(tx, concerned)
        : await this.log.lockFor(tx, callerID, concerned);
    return (await this.carryOut(tx, [changes], locked)).flat();
  }

  /**
   * The same for several calls, in their order and with as many statements, and without waiting for other transactions:
   * null for a call that concerns somebody whom one of these holds, or who does not exist; nothing of it is done. No two
   * changes, of whatever call, may concern the same two users. What several calls put into one group is one event.
   */
  async changeTogether(
    tx: Transaction,
    calls: readonly (readonly RelationChange[])[],
  ): Promise<(ResultCode[] | null)[]> {
    const locked = await this.log.lockFree(tx, toConcerned(calls.flat()));
    const isFree = ({ me, they }: PairKey): boolean => locked.has(me) && locked.has(they);
    const free = calls.filter((changes) => changes.every(isFree));
    const results = await this.carryOut(tx, free, locked);
    return calls.map((changes) => results[free.indexOf(changes)] ?? null);
  }

  private async carryOut(
    tx: Transaction,
    calls: readonly (readonly RelationChange[])[],
    locked: ReadonlySet<string>,
  ): Promise<ResultCode[][]> {
    const all = calls.flat();
    if (all.length === 0) return calls.map(() => []);
    const keys = all.map(({ me, they }) => ({ me, they }));
    const pairs = new Map((await this.relations.loadPairs(tx, keys)).map((pair) => [toKey(pair), pair]));
    const nowMs = this.clock.now();
    const counts = await this.countGrowingLists(tx, all, nowMs);
    const effects = new RelationEffects(nowMs);
    const results = calls.map((changes) => {
      effects.beginCall();
      return changes.map((change) => {
        const pair = pairs.get(toKey(change));
        if (pair === undefined) throw new Error('A pair that was asked for is missing.');
        const decision = decide(this.toState(pair, counts, locked, nowMs), change.action);
        recount(counts, pair, decision);
        effects.add(change, pair, decision);
        return decision.result;
      });
    });
    await this.write(tx, effects, nowMs);
    return results;
  }

  private async countGrowingLists(
    tx: Transaction,
    changes: readonly RelationChange[],
    nowMs: number,
  ): Promise<Map<string, ListCounts>> {
    const users = new Set<string>();
    for (const { me, they, action } of changes) {
      const grows = GROWS[action.kind];
      if (grows !== null) users.add(me);
      if (grows === 'both') users.add(they);
    }
    return users.size === 0 ? new Map() : this.relations.countLists(tx, [...users], nowMs - HOUR_MS);
  }

  /** Who became a friend is seen as stored from now on; who ceased to be one as stored at this moment, for a while. */
  private async refreshStrangers(
    tx: Transaction,
    { newEdges, lostEdges }: RelationEffects,
    nowMs: number,
  ): Promise<void> {
    // What is dropped from here on may be of a friend again, where it can be told of before this.
    const mark = tx.tellsInOrder ? null : this.strangers.mark();
    const look = this.held.lookForNobody('whole');
    const lost = [...new Set(lostEdges.map((edge) => edge.friend_id))];
    const profiles = lost.length === 0 ? [] : await this.held.loadAnew(tx, lost);
    const byID = new Map(profiles.map((user) => [user.id, user]));
    tx.onCommit(() => {
      this.bus.publishEdges(
        [...newEdges, ...lostEdges].map((edge) => ({ ownerID: edge.owner_id, peerID: edge.friend_id })),
      );
      for (const { owner_id, friend_id } of newEdges) this.strangers.drop(owner_id, friend_id);
      for (const { owner_id, friend_id } of lostEdges) {
        const user = byID.get(friend_id);
        if (user !== undefined) {
          const copy = { userID: user.id, user: this.held.share(user, look), fetchedAt: new Date(nowMs) };
          this.strangers.keep(toOwnText(owner_id), copy, mark ?? this.strangers.mark());
        }
      }
    });
  }

  private toState(
    pair: PairRow,
    counts: ReadonlyMap<string, ListCounts>,
    locked: ReadonlySet<string>,
    nowMs: number,
  ): PairState {
    const mine = counts.get(pair.me);
    const theirs = counts.get(pair.they);
    const { limits } = this;
    return {
      facts: pair.facts,
      isSelf: pair.me === pair.they,
      // One that was created since the lock does not exist yet: its lists could grow while they are counted.
      iExist: pair.iExist && locked.has(pair.me),
      theyExist: pair.theyExist && locked.has(pair.they),
      requestsForbidden: pair.myForbidType === 'SEND_OUT',
      theirAllowType: pair.theirAllowType,
      myFriendsFull: (mine?.friends ?? 0) >= limits.friends,
      theirFriendsFull: (theirs?.friends ?? 0) >= limits.friends,
      mySentFull: (mine?.sent ?? 0) >= limits.applications,
      theirReceivedFull: (theirs?.received ?? 0) >= limits.applications,
      myBlocksFull: (mine?.blocks ?? 0) >= limits.blocks,
      tooFrequent:
        (pair.refusedAtMs !== null && pair.refusedAtMs + this.refusalCooldownMs > nowMs) ||
        (mine?.askings ?? 0) >= limits.applicationsPerHour,
    };
  }

  private async write(tx: Transaction, effects: RelationEffects, nowMs: number): Promise<void> {
    await this.relations.deleteEdges(tx, effects.lostEdges);
    await this.relations.deleteApplications(tx, effects.lostApplications);
    await this.relations.deleteBlocks(tx, effects.lostBlocks);
    await this.relations.insertEdges(tx, effects.newEdges);
    await this.relations.insertBlocks(tx, effects.newBlocks);
    await this.relations.putApplications(tx, effects.newApplications);
    await this.relations.countAskings(tx, effects.askings);
    await this.relations.putRefusals(tx, effects.refusals);
    const placed = await this.groups.place(tx, effects.placements, this.limits.groups, nowMs);
    await this.log.append(tx, ...effects.events, placed);
    await this.refreshStrangers(tx, effects, nowMs);
  }
}

/** Later decisions of the same call see the lists as the earlier ones leave them. */
function recount(counts: ReadonlyMap<string, ListCounts>, pair: PairRow, { next, asked }: Decision): void {
  const { facts } = pair;
  const mine = counts.get(pair.me);
  const theirs = counts.get(pair.they);
  if (mine !== undefined) {
    mine.friends += Number(next.iHave) - Number(facts.iHave);
    mine.sent += Number(next.mySent) - Number(facts.mySent);
    mine.received += Number(next.myReceived) - Number(facts.myReceived);
    mine.blocks += Number(next.iBlock) - Number(facts.iBlock);
    mine.askings += Number(asked);
  }
  if (theirs !== undefined) {
    theirs.friends += Number(next.theyHave) - Number(facts.theyHave);
    theirs.sent += Number(next.theirSent) - Number(facts.theirSent);
    theirs.received += Number(next.theirReceived) - Number(facts.theirReceived);
  }
}

function toConcerned(changes: readonly RelationChange[]): string[] {
  return [...new Set(changes.flatMap(({ me, they }) => [me, they]))];
}

function toKey({ me, they }: PairKey): string {
  return `${me} ${they}`;
}
