import type { Database, Replica } from '../database/sql';
import type { StrangerCache } from './stranger-cache';
import { isAtLeast, type Look, type StrangerRepository, type StrangerRow } from './stranger.repository';
import type { SeenUser, UserRepository } from './user.repository';

export interface ReplicaReadStats {
  /** Profiles of strangers since the process began, by whom they were read from. */
  fromReplica: number;
  fromPrimary: number;
  isUp: boolean;
  /** Null when nothing is known of the replica. */
  lagMs: number | null;
}

/**
 * Reads the profiles of strangers from a replica, whose state may be some seconds old, and everything else from the
 * primary. Nobody is shown what is older than what they saw before: whatever a viewer saw as a friend's was before the
 * event that ended the friendship, and the replica is asked only when it stands at or behind the viewer's last event.
 * Whom the replica does not know, or may not know to be deleted, the primary is asked for.
 */
export class ReplicaReads {
  private readonly counts = { fromReplica: 0, fromPrimary: 0 };

  /** @param isTold - false while this process may not hear of users whom others delete */
  constructor(
    private readonly database: Database,
    private readonly replica: Replica,
    private readonly rows: StrangerRepository,
    private readonly users: UserRepository,
    private readonly strangers: StrangerCache,
    private readonly isTold: () => boolean,
  ) {}

  /** Whether the replica is fresh enough to be asked at all. */
  get isUp(): boolean {
    return this.isTold() && this.replica.asOfMs !== null;
  }

  get stats(): ReplicaReadStats {
    return { ...this.counts, isUp: this.isUp, lagMs: this.replica.lagMs };
  }

  /** Those of the users that exist, in no order, by who looks at them. */
  async load(
    asks: readonly { viewerID: string; userIDs: readonly string[] }[],
  ): Promise<Map<string, SeenUser[]>> {
    const { reader } = this.database;
    const looks = asks.flatMap(({ viewerID, userIDs }) => userIDs.map((userID) => ({ viewerID, userID })));
    const { known, strangers, positions } = await this.rows.loadKnown(reader, looks);
    const seen = new Map(asks.map(({ viewerID }): [string, SeenUser[]] => [viewerID, []]));
    for (const { viewerID, ...found } of known) seen.get(viewerID)?.push(found);

    // Noted before the replica is asked: it only gets newer.
    const { asOfMs } = this.replica;
    const missing = new Map(strangers.map((look) => [toKey(look), look]));
    for (const { look, user, position } of await this.askReplica(asOfMs, strangers)) {
      const isFit =
        asOfMs !== null &&
        isAtLeast(position, positions.get(look.viewerID)) &&
        this.strangers.isKnownSince(look.userID, asOfMs);
      if (!isFit || !missing.delete(toKey(look))) continue;
      seen.get(look.viewerID)?.push({ userID: look.userID, user, isFriend: false, asOfMs });
    }

    this.counts.fromReplica += strangers.length - missing.size;
    this.counts.fromPrimary += missing.size;
    for (const [viewerID, users] of await this.askPrimary([...missing.values()])) {
      seen.get(viewerID)?.push(...users);
    }
    return seen;
  }

  /** Nothing when it fails: the primary knows as much. */
  private async askReplica(asOfMs: number | null, strangers: readonly Look[]): Promise<StrangerRow[]> {
    if (asOfMs === null || strangers.length === 0) return [];
    return this.rows.loadStrangers(this.replica, strangers).catch(() => []);
  }

  private async askPrimary(looks: readonly Look[]): Promise<Map<string, SeenUser[]>> {
    if (looks.length === 0) return new Map();
    const asks = looks.map(({ viewerID, userID }) => ({ viewerID, userIDs: [userID] }));
    return this.users.loadAsSeenByEach(this.database.reader, asks);
  }
}

function toKey({ viewerID, userID }: Look): string {
  return `${viewerID} ${userID}`;
}
