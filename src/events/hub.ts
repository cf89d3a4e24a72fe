import type { Clock } from '../lib/clock';
import type { Bus } from './bus';
import { toEventCursor, type EventPlace } from './event-cursor';
import type { EventLog } from './event-log.repository';
import { EventSubscription, type Delivery, type GapReason } from './event-subscription';
import type { EventType, StreamPosition } from './friendship-event';

const BATCH = 256;

/** Everything that listens to one user's stream in this process. */
interface Channel {
  userID: string;
  subscriptions: Set<EventSubscription>;
  pumping: boolean;
  /** Something may have changed since the log was last read. */
  dirty: boolean;
}

export interface ListenRequest {
  userID: string;
  /** Delivery starts behind this place; null means at the head. */
  after: EventPlace | null;
  /** Null delivers every kind. */
  types: ReadonlySet<EventType> | null;
  /** Called once when the subscriber reads too slowly; nothing is delivered after that. */
  onTooSlow: () => void;
}

/**
 * The live end of the log in one process. The log is what is true and a hint only says that it is worth reading:
 * every subscription has a position in it, and delivering is reading what lies behind that position. History and
 * live events are therefore the same thing, and can neither overlap nor leave a gap.
 */
export class EventHub {
  private readonly channels = new Map<string, Channel>();
  private readonly unsubscribe: () => void;

  constructor(
    private readonly log: EventLog,
    bus: Bus,
    private readonly clock: Clock,
  ) {
    this.unsubscribe = bus.subscribe((hints) => {
      for (const { userID, head } of hints) {
        const channel = this.channels.get(userID);
        if (channel === undefined) continue;
        if (head === null) this.end(channel);
        else this.wake(channel);
      }
    });
  }

  /** How many subscriptions are open. */
  get size(): number {
    let size = 0;
    for (const channel of this.channels.values()) size += channel.subscriptions.size;
    return size;
  }

  /**
   * Opens a subscription. Its first delivery is `STREAM_OPENED`; `recovered` there is false when the history does not
   * reach back to `after`, and delivery then starts at the head. The caller ends it by `return()`.
   */
  async listen(request: ListenRequest): Promise<EventSubscription> {
    const { userID, types, onTooSlow } = request;
    const position = (await this.log.findPosition(userID)) ?? { epoch: '', head: 0, floor: 0 };
    const reason = request.after === null ? null : findGap(request.after, position);
    const seq = reason === null && request.after !== null ? request.after.seq : position.head;
    const toDelivery = (event: Delivery['event']): Delivery => ({
      event,
      cursor: toEventCursor(userID, { epoch: position.epoch, seq: event.seq }),
    });
    const channel = this.requireChannel(userID);
    const subscription = new EventSubscription({
      seq,
      types,
      onTooSlow,
      toDelivery,
      onDrained: () => {
        this.wake(channel);
      },
      onEnd: () => {
        this.drop(channel, subscription);
      },
    });
    subscription.open({
      type: 'STREAM_OPENED',
      seq,
      recovered: reason === null,
      reason,
      occurredAtMs: this.clock.now(),
    });
    channel.subscriptions.add(subscription);
    this.wake(channel);
    return subscription;
  }

  /** Ends every subscription and hears no more hints. Safe to call twice. */
  stop(): void {
    this.unsubscribe();
    for (const channel of [...this.channels.values()]) this.end(channel);
  }

  private end(channel: Channel): void {
    for (const subscription of [...channel.subscriptions]) void subscription.return();
  }

  private requireChannel(userID: string): Channel {
    let channel = this.channels.get(userID);
    if (channel === undefined) {
      channel = { userID, subscriptions: new Set(), pumping: false, dirty: false };
      this.channels.set(userID, channel);
    }
    return channel;
  }

  private drop(channel: Channel, subscription: EventSubscription): void {
    channel.subscriptions.delete(subscription);
    if (channel.subscriptions.size === 0 && this.channels.get(channel.userID) === channel) {
      this.channels.delete(channel.userID);
    }
  }

  private wake(channel: Channel): void {
    channel.dirty = true;
    if (!channel.pumping) void this.pump(channel);
  }

  /** Reads the log until every subscription of the channel has what it has room for: one read for all devices. */
  private async pump(channel: Channel): Promise<void> {
    channel.pumping = true;
    try {
      while (channel.dirty) {
        channel.dirty = false;
        const nowMs = this.clock.now();
        const ready = [...channel.subscriptions].filter((subscription) => subscription.hasRoom(nowMs));
        if (ready.length === 0) continue;
        const from = Math.min(...ready.map((subscription) => subscription.seq));
        const events = await this.log.loadAfter(channel.userID, from, BATCH);
        for (const subscription of ready) subscription.offer(events);
        if (events.length === BATCH) channel.dirty = true;
      }
    } catch (error) {
      // The clients come back with their cursors; nothing that was committed is lost.
      for (const subscription of [...channel.subscriptions]) subscription.fail(error);
    } finally {
      channel.pumping = false;
    }
  }
}

/** Why delivery cannot begin behind `after`; null when it can. */
function findGap(after: EventPlace, position: StreamPosition): GapReason | null {
  if (after.epoch !== position.epoch || after.seq > position.head) return 'OTHER_EPOCH';
  return after.seq < position.floor ? 'TRIMMED' : null;
}
