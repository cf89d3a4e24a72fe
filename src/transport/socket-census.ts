/** Counts the sockets that each user has open here. */
export class SocketCensus {
  private readonly counts = new Map<string, number>();

  constructor(private readonly maxPerUser: number) {}

  /** Counts a socket; false, and not counted, when the user has as many as are allowed. */
  enter(userID: string): boolean {
    const count = this.counts.get(userID) ?? 0;
    if (count >= this.maxPerUser) return false;
    this.counts.set(userID, count + 1);
    return true;
  }

  /** Once for each socket that was counted. */
  leave(userID: string): void {
    const left = (this.counts.get(userID) ?? 1) - 1;
    if (left === 0) this.counts.delete(userID);
    else this.counts.set(userID, left);
  }
}
