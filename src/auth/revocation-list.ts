import type { RevocationRepository } from './revocation.repository';
import type { Identity } from './verifier';

/** How often the whole list is read although nothing seems to have changed. */
const ROUNDS_PER_FULL_READ = 60;

/**
 * All revocations, in the memory of this process: whoever asks whether a token is revoked asks no database. Holds what
 * was committed before the last read; after one that failed, what was read before.
 */
export class RevocationList {
  private untilMs = new Map<string, number>();
  private tokenIDs = new Set<string>();
  private fingerprint = '';
  private round = 0;
  private reading: Promise<void> = Promise.resolve();
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly rows: RevocationRepository) {}

  /** A token that does not say when it was issued counts as issued long ago. */
  isRevoked({ userID, issuedAtMs, tokenID }: Identity): boolean {
    const untilMs = this.untilMs.get(userID);
    if (untilMs !== undefined && (issuedAtMs ?? 0) <= untilMs) return true;
    return tokenID !== null && this.tokenIDs.has(tokenID);
  }

  /** `listener` is called after each read. */
  onRead(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Reads everything that is committed by now. */
  refresh(): Promise<void> {
    // Behind the one under way, which may have begun before the change that the caller knows of.
    const read = this.reading.then(() => this.read());
    this.reading = read.catch(() => undefined);
    return read;
  }

  /** Reads again if another process has changed something. */
  async refreshIfChanged(): Promise<void> {
    this.round = (this.round + 1) % ROUNDS_PER_FULL_READ;
    if (this.round === 0 || (await this.rows.loadFingerprint()) !== this.fingerprint) await this.refresh();
  }

  private async read(): Promise<void> {
    const { revocations, fingerprint } = await this.rows.loadAll();
    const untilMs = new Map<string, number>();
    const tokenIDs = new Set<string>();
    for (const { userID, tokenID, revokedAt } of revocations) {
      if (userID === null) tokenIDs.add(tokenID);
      else untilMs.set(userID, revokedAt.getTime());
    }
    Object.assign(this, { untilMs, tokenIDs, fingerprint });
    for (const listener of this.listeners) listener();
  }
}
