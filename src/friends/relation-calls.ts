import type { Database, Transaction } from '../database/sql';
import { DatabaseUnavailableError } from '../database/unavailable';
import type { ResultCode } from '../errors';
import { UnderWay } from '../lib/under-way';
import type { Viewer } from '../users/viewer';
import { toPairName, type RelationChange } from './relation-effects';
import type { RelationService } from './relation.service';

/** Of one transaction. More would keep the first of them waiting. */
const MAX_CALLS = 32;
const MAX_CHANGES = 200;
/** Who comes later has not waited as long as the first, should that give up waiting for a connection. */
const MAX_AGE_MS = 50;

/** The result of each change of a call; null when nothing of it was done. */
type Outcome = ResultCode[] | null;

/** Calls for one transaction. No two of them concern the same two users. */
class Batch {
  readonly calls: (readonly RelationChange[])[] = [];
  /** In the order of the calls; an empty list when nothing was done of any. */
  outcomes: Promise<readonly Outcome[]> = Promise.resolve([]);
  readonly #untilMs = performance.now() + MAX_AGE_MS;
  readonly #pairs = new Set<string>();
  #changeCount = 0;

  hasRoomFor(changes: readonly RelationChange[]): boolean {
    return (
      this.calls.length < MAX_CALLS &&
      this.#changeCount + changes.length <= MAX_CHANGES &&
      performance.now() < this.#untilMs &&
      !changes.some((change) => this.#pairs.has(toPairName(change)))
    );
  }

  /** Gives the place of the call among the outcomes. */
  add(changes: readonly RelationChange[]): number {
    for (const change of changes) this.#pairs.add(toPairName(change));
    this.#changeCount += changes.length;
    return this.calls.push(changes) - 1;
  }
}

/**
 * What users call for, each call in one transaction. Those that come within a moment and before its transaction has begun
 * share it, and are carried out with as many statements as one of them: on PostgreSQL each statement is a message and an
 * answer, which take longer than what it does. No call waits for users whom only another one concerns: one that would
 * have to wait is carried out alone, and so are all when one of them fails.
 */
export class RelationCalls {
  #filling: Batch | null = null;
  readonly #underWay = new UnderWay();

  constructor(
    private readonly database: Database,
    private readonly relations: RelationService,
  ) {}

  /** Carries out the changes in order and gives the result of each. No two may concern the same two users. */
  change(viewer: Viewer, changes: readonly RelationChange[]): Promise<ResultCode[]> {
    return this.#underWay.run(async () => {
      const results = mayShare(viewer, changes) ? await this.#changeWithOthers(changes) : null;
      return results ?? this.database.transaction((tx) => this.relations.change(tx, changes));
    });
  }

  /** Resolves when no call is under way. */
  idle(): Promise<void> {
    return this.#underWay.idle();
  }

  async #changeWithOthers(changes: readonly RelationChange[]): Promise<Outcome> {
    const filling = this.#filling;
    const batch = filling?.hasRoomFor(changes) === true ? filling : new Batch();
    const place = batch.add(changes);
    if (batch !== filling) {
      this.#filling = batch;
      batch.outcomes = this.#carryOut(batch);
    }
    return (await batch.outcomes)[place] ?? null;
  }

  async #carryOut(batch: Batch): Promise<readonly Outcome[]> {
    const { calls } = batch;
    try {
      return await this.database.transaction((tx) => {
        this.#close(batch);
        return this.#run(tx, calls);
      });
    } catch (error) {
      // None would fare better alone, and of a lost commit nobody knows what is done.
      if (calls.length === 1 || error instanceof DatabaseUnavailableError) throw error;
      return [];
    } finally {
      this.#close(batch);
    }
  }

  async #run(tx: Transaction, calls: Batch['calls']): Promise<readonly Outcome[]> {
    const [first, ...others] = calls;
    if (first !== undefined && others.length === 0) return [await this.relations.change(tx, first)];
    return this.relations.changeTogether(tx, calls);
  }

  #close(batch: Batch): void {
    if (this.#filling === batch) this.#filling = null;
  }
}

function mayShare({ isAdmin }: Viewer, changes: readonly RelationChange[]): boolean {
  // An act of an administrator is committed with its own row of the audit log. A refusal may have to wait for an old one
  // that is being deleted.
  return !isAdmin && !changes.some(({ action }) => action.kind === 'REFUSE');
}
