import type { Channel } from './channel';
import type { EventLog, StreamPart } from './event-log.repository';
import type { EventSubscription } from './event-subscription';
import type { Outbox } from './outbox';

/** Of each channel, those of its subscriptions that are to be brought on. */
export type Behind = ReadonlyMap<Channel, readonly EventSubscription[]>;

/**
 * Brings on by the log those for whom nothing else is at hand. A read holds a part of each stream: who has a longer way
 * to go is woken for the next turn, so that nobody waits for the end of somebody's history.
 */
export class LogReader {
  /** Who read history: more than one read of the log holds. */
  private readonly catchingUp = new Set<Channel>();

  /** `wake` has the log read for a channel in a later turn. */
  constructor(
    private readonly log: EventLog,
    private readonly wake: (channel: Channel) => void,
  ) {}

  get catchingUpUsers(): number {
    return this.catchingUp.size;
  }

  /** Nobody listens by this channel any more. */
  forget(channel: Channel): void {
    this.catchingUp.delete(channel);
  }

  /**
   * Puts what follows for each into the outbox: by one statement, and by a second one for those who stand ahead of a
   * history that others of their channel read. Where a read fails, those whom it was for are ended; never rejects.
   */
  async read(behind: Behind, outbox: Outbox): Promise<void> {
    const ahead = await this.readParts(behind, outbox, true);
    if (ahead.size > 0) await this.readParts(ahead, outbox, false);
  }

  /** Gives who stand ahead of what was read, in the first of two reads. */
  private async readParts(behind: Behind, outbox: Outbox, isFirst: boolean): Promise<Behind> {
    const ahead = new Map<Channel, readonly EventSubscription[]>();
    try {
      const wanted = [...behind].map(([{ userID }, ready]) => ({
        userID,
        seq: Math.min(...ready.map((subscription) => subscription.seq)),
      }));
      const parts = await this.log.loadStreamsAfter(wanted);
      for (const [place, [channel, ready]] of [...behind].entries()) {
        const from = wanted[place]?.seq ?? 0;
        // Nobody is left, and whoever listens to this stream by now does so by a channel of their own.
        if (channel.subscriptions.length === 0) continue;
        const part = parts.get(channel.userID);
        const hasMore = part?.hasMore === true;
        // What was trimmed away was wanted by one who is told so; for the others there may be more.
        if (part === undefined || hasMore || (part !== null && part.floor > from)) this.wake(channel);
        if (part === undefined) continue;
        const isHistory = hasMore || (isFirst && this.catchingUp.has(channel));
        if (hasMore) this.catchingUp.add(channel);
        else if (isFirst) this.catchingUp.delete(channel);
        for (const subscription of ready) {
          if (!subscription.isOpen || !subscription.canFollow(part)) continue;
          outbox.add(subscription, subscription.take(part?.events ?? []), isHistory);
        }
        const foremost = isFirst && hasMore ? findForemost(ready, part) : [];
        if (foremost.length > 0) ahead.set(channel, foremost);
      }
      return ahead;
    } catch (error) {
      // The clients come back with their cursors; nothing that was committed is lost.
      for (const ready of behind.values()) for (const subscription of ready) subscription.fail(error);
      return NOBODY;
    }
  }
}

const NOBODY: Behind = new Map();

/** Of those for whom there is more than the part gave, and who stand behind its end, the ones nearest to the head. */
function findForemost(
  ready: readonly EventSubscription[],
  { events, head }: StreamPart,
): readonly EventSubscription[] {
  const reached = events.at(-1)?.seq ?? head;
  const waiting = ready.filter(({ isOpen, seq }) => isOpen && seq > reached && seq < head);
  const foremostSeq = Math.max(...waiting.map(({ seq }) => seq));
  return waiting.filter(({ seq }) => seq === foremostSeq);
}
