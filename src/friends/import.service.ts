import { InterruptedByOthersError } from '../database/interrupted';
import type { Database, Transaction } from '../database/sql';
import { CodedError, RESULT_CODES } from '../errors';
import type { UserImport, UserService } from '../users/user.service';
import { NO_DETAILS, toPairName, type RelationChange } from './relation-effects';
import type { RelationService } from './relation.service';

interface Refusal {
  /** Which of the entries given. */
  index: number;
  reason: string;
}

export interface EdgeImport {
  usersCreated: number;
  friendshipsCreated: number;
  alreadyFriends: number;
  refused: Refusal[];
}

export interface ProfileImport {
  created: number;
  updated: number;
  unchanged: number;
  refused: Refusal[];
}

/** Loads whole graphs: for the command line. Every change has its events, as if it had been made one by one. */
export class ImportService {
  constructor(
    private readonly database: Database,
    private readonly users: UserService,
    private readonly relations: RelationService,
    /** Gives the user that a parsed JSON value describes, or what is wrong with it. */
    private readonly toUserImport: (value: unknown) => UserImport | { problem: string },
  ) {}

  runAtomically<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.database.transaction(work);
  }

  /**
   * Makes two-way friendships and the users that are missing, in one transaction. The ids must be valid and the two of
   * a pair differ. A pair that stands twice, either way round, counts as already there the second time. A
   * request between the two is settled as if it were accepted.
   */
  async importEdges(pairs: readonly { a: string; b: string }[], tx?: Transaction): Promise<EdgeImport> {
    if (tx === undefined) return this.database.transaction((own) => this.importEdges(pairs, own));
    const created = await this.users.createAndLock(tx, [...new Set(pairs.flatMap(({ a, b }) => [a, b]))]);
    const changes = new Map<string, RelationChange & { index: number }>();
    for (const [index, { a, b }] of pairs.entries()) {
      const key = toPairName({ me: a, they: b });
      if (changes.has(key)) continue;
      changes.set(key, {
        index,
        me: a,
        they: b,
        action: { kind: 'IMPORT', both: true },
        details: NO_DETAILS,
      });
    }
    const unique = [...changes.values()];
    const codes = await this.relations.change(tx, unique);
    const result: EdgeImport = {
      usersCreated: created.size,
      friendshipsCreated: codes.filter((code) => code === 'OK').length,
      alreadyFriends:
        pairs.length - unique.length + codes.filter((code) => code === 'ALREADY_FRIENDS').length,
      refused: [],
    };
    for (const [position, { index, me, they }] of unique.entries()) {
      const code = codes[position];
      if (code === undefined || code === 'OK' || code === 'ALREADY_FRIENDS') continue;
      result.refused.push({ index, reason: `${me} and ${they}: ${code}. ${RESULT_CODES[code].info}` });
    }
    return result;
  }

  /** Creates and changes users, in one transaction; refuses by itself each value that is not right. */
  async importUsers(values: readonly unknown[], tx?: Transaction): Promise<ProfileImport> {
    if (tx === undefined) return this.database.transaction((own) => this.importUsers(values, own));
    const parsed = values.map((value) => this.toUserImport(value));
    const problems = await this.users.findImportProblems(
      tx,
      parsed.map((user) => ('problem' in user ? null : user)),
    );
    const refused: Refusal[] = [];
    const accepted: UserImport[] = [];
    for (const [index, user] of parsed.entries()) {
      const problem = 'problem' in user ? user.problem : problems[index];
      if (typeof problem === 'string') refused.push({ index, reason: problem });
      else accepted.push(user as UserImport);
    }
    const outcomes = await this.users.importInto(tx, accepted).catch((error: unknown) => {
      // There was room for all of it before others changed the users: whom it is refused by now, a new look tells.
      throw error instanceof CodedError ? new InterruptedByOthersError() : error;
    });
    const count = (wanted: string): number => outcomes.filter((outcome) => outcome === wanted).length;
    return { created: count('CREATED'), updated: count('UPDATED'), unchanged: count('UNCHANGED'), refused };
  }
}
