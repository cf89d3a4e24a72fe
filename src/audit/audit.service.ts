import { randomBytes } from 'node:crypto';
import type { Database } from '../database/sql';
import { DatabaseUnavailableError } from '../database/unavailable';
import { CodedError, type ErrorCode } from '../errors';
import type { Clock } from '../lib/clock';
import { requirePage, toPage, type Page, type PageInput } from '../lib/page';
import { requireUserID } from '../lib/user-id';
import type { Limits } from '../limits';
import { requireAdmin, type Viewer } from '../users/viewer';
import type { Act, AuditEntry, OpenAct } from './act';
import type { ActsUnderWay } from './acts-under-way';
import type { AuditRepository } from './audit.repository';

export interface AuditEntryConnection extends Page<AuditEntry> {
  /** Counts the whole list, not the page. */
  countAll: () => Promise<number>;
}

const LIST = 'audit';

/** What administrators did. */
export class AuditService {
  /** `database` must be the audited one over the same acts. */
  constructor(
    private readonly database: Database,
    private readonly rows: AuditRepository,
    private readonly acts: ActsUnderWay,
    private readonly clock: Clock,
    private readonly limits: Limits,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** A user and as many as any call may carry: no call takes more, and one that brings more is refused. */
  get maxTargets(): number {
    const { idsPerCall, usersPerImport, friendsPerImport } = this.limits;
    return 1 + Math.max(idsPerCall, usersPerImport, friendsPerImport);
  }

  /**
   * Does the work and gives its result. What it changes is committed together with the act's row, and never without it;
   * an act that failed or changed nothing has its row before this resolves or rejects. `toOutcomes` gives the codes of
   * the result, none for OK.
   */
  async perform<Result>(
    act: Act,
    work: () => Promise<Result>,
    toOutcomes: (result: Result) => readonly string[] = () => [],
  ): Promise<Result> {
    const open: OpenAct = {
      ...act,
      id: randomBytes(12).toString('hex'),
      atMs: this.clock.now(),
      isRecorded: false,
      isOver: false,
    };
    let result: Result;
    try {
      result = await this.acts.run(open, work);
    } catch (error) {
      await this.close(open, [toCode(error)]).catch(this.onError);
      throw error;
    }
    await this.close(open, toOutcomes(result)).catch((error: unknown) => {
      if (!open.isRecorded) throw error;
      // The act is in the log, with OK: its caller must hear that it was done.
      this.onError(error);
    });
    return result;
  }

  /** Administrators only. Newest first; of all users when `userID` is null. */
  async loadPage(viewer: Viewer, userID: string | null, input: PageInput): Promise<AuditEntryConnection> {
    requireAdmin(viewer);
    if (userID !== null) requireUserID(userID, 'argument');
    const page = requirePage(LIST, input, this.limits.pageSize);
    const rows = await this.rows.loadPage(userID, page);
    const hasPrevious = await this.rows.hasBefore(userID, page);
    const toKey = ({ at, id }: AuditEntry): { atMs: number; id: string } => ({ atMs: at.getTime(), id });
    return {
      ...toPage(LIST, page, rows, toKey, (row) => row, hasPrevious),
      countAll: () => this.rows.count(userID),
    };
  }

  private async close(act: OpenAct, codes: readonly string[]): Promise<void> {
    const outcomes = codes.length === 0 ? ['OK'] : codes;
    if (!act.isRecorded) await this.database.transaction((tx) => this.rows.insert(tx, act, outcomes));
    else if (outcomes.join() !== 'OK') {
      await this.database.transaction((tx) => this.rows.amend(tx, act, outcomes));
    }
  }
}

function toCode(error: unknown): ErrorCode {
  if (error instanceof DatabaseUnavailableError) return 'SERVICE_UNAVAILABLE';
  return error instanceof CodedError ? error.extensions.code : 'INTERNAL_SERVER_ERROR';
}
