import { randomBytes } from 'node:crypto';
import type { Config } from '../config';
import type { Database } from '../database/sql';
import { badInput } from '../errors';
import type { Clock } from '../lib/clock';
import { requirePage, toPage } from '../lib/page';
import type { PageInput } from '../lib/page';
import { findTextProblem } from '../lib/text';
import { requireUserID } from '../lib/user-id';
import { requireAdmin, type Viewer } from '../users/viewer';
import type { Revocation, RevocationConnection, RevocationSubject } from './revocation';
import type { RevocationList } from './revocation-list';
import type { RevocationRepository } from './revocation.repository';

/** What a caller names: exactly one of the two. */
export interface SubjectInput {
  userID?: string | null;
  tokenID?: string | null;
}

type Settings = Pick<Config, 'jwtClockSkewSeconds' | 'jwtMaxAgeSeconds' | 'limits'>;

const LIST = 'revocations';
/** Of a `jti`. */
export const MAX_TOKEN_ID_BYTES = 512;

/** Refuses tokens that are good by themselves, and takes that back. Administrators only. */
export class RevocationService {
  constructor(
    private readonly database: Database,
    private readonly rows: RevocationRepository,
    private readonly list: RevocationList,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** When this resolves, this process refuses the tokens; others do within about a second. */
  async revoke(viewer: Viewer, input: SubjectInput): Promise<Revocation> {
    requireAdmin(viewer);
    const subject = requireSubject(input);
    const id = randomBytes(12).toString('hex');
    const nowMs = this.clock.now();
    const revocation = await this.database.transaction((tx) => this.rows.insert(tx, subject, id, nowMs));
    await this.list.refresh();
    return revocation;
  }

  /** Null when there was nothing to take back. */
  async restore(viewer: Viewer, input: SubjectInput): Promise<Revocation | null> {
    requireAdmin(viewer);
    const subject = requireSubject(input);
    const revocation = await this.database.transaction((tx) => this.rows.delete(tx, subject));
    await this.list.refresh();
    return revocation;
  }

  /** Newest first. */
  async loadPage(viewer: Viewer, input: PageInput): Promise<RevocationConnection> {
    requireAdmin(viewer);
    const page = requirePage(LIST, input, this.settings.limits.pageSize);
    const rows = await this.rows.loadPage(page);
    const hasPrevious = await this.rows.hasBefore(page);
    const toKey = ({ revokedAt, id }: Revocation): { atMs: number; id: string } => ({
      atMs: revokedAt.getTime(),
      id,
    });
    return {
      ...toPage(LIST, page, rows, toKey, (row) => row, hasPrevious),
      countAll: () => this.rows.count(),
    };
  }

  /**
   * Deletes the revocations of which no token can live any more: with a longest age, what was issued until then, as
   * late as the clocks may differ, has ended by itself. Without one none is deleted, for a token may have no end.
   */
  async trim(): Promise<void> {
    const { jwtMaxAgeSeconds, jwtClockSkewSeconds } = this.settings;
    if (jwtMaxAgeSeconds === null) return;
    const beforeMs = this.clock.now() - (jwtMaxAgeSeconds + 2 * jwtClockSkewSeconds) * 1000;
    await this.database.transaction((tx) => this.rows.deleteBefore(tx, beforeMs));
  }
}

function requireSubject(input: SubjectInput): RevocationSubject {
  const { userID = null, tokenID = null } = input;
  if (userID !== null && tokenID === null) {
    requireUserID(userID, 'field');
    return { userID, tokenID: null };
  }
  if (userID === null && tokenID !== null) {
    const problem = tokenID === '' ? 'must not be empty' : findTextProblem(tokenID, MAX_TOKEN_ID_BYTES);
    if (problem === null) return { userID: null, tokenID };
    throw badInput(`"tokenID" ${problem}.`, { field: 'tokenID' });
  }
  throw badInput('Give "userID" or "tokenID", and not both.');
}
