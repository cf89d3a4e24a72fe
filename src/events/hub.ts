import { CodedError } from '../errors';
import type { Clock } from '../lib/clock';
import type { Bus } from './bus';
import type { Delivery, GapReason, Renderer, Sink } from './delivery';
import { toEventCursor, type EventPlace } from './event-cursor';
import type { EventLog } from './event-log.repository';
import { EventSubscription } from './event-subscription';
import type { EventType, StoredEvent, StreamPosition } from './friendship-event';

/** How many users' streams one read of the log looks at. */
const CHANNELS_PER_READ = 5_000;
/** How long an event may stay undelivered whose hint was lost, or never sent: another process wrote it. */
const REREAD_MS = 5_000;

/** Everything that listens to one user's stream in this process. */
interface Channel {
  userID: string;
  subscriptions: Set<EventSubscription>;
}

export interface ListenRequest {
  userID: string;
  /** Delivery starts behind this place; null means at the head. */
  after: EventPlace | null;
  /** Null delivers every kind. */
  types: ReadonlySet<EventType> | null;
  sink: Sink;
}

interface Outgoing {
  subscription: EventSubscription;
  userID: string;
  delivery: Delivery;
}

/**
 * The live end of the log in one process. The log is what is true and a hint only says that it is worth reading:
 * every subscription has a position in it, and delivering is reading what lies behind that position. History and
 * live events are therefore the same thing, and can neither overlap nor leave a gap. One read serves all users that
 * were hinted at meanwhile, with all their devices, and what is shown alike is rendered once.
 */
export class EventHub {
  private readonly channels = new Map<string, Channel>();
  /** Channels of whose streams something may not have been delivered. */
  private readonly dirty = new Set<Channel>();
  private pumping: Promise<void> | null = null;
  private readonly unsubscribe: () => void;
  private readonly reread: NodeJS.Timeout;

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
    this.reread = setInterval(() => {
      for (const channel of this.channels.values()) this.wake(channel);
    }, REREAD_MS);
  }

  /**
   * Opens a subscription. Its first delivery is `STREAM_OPENED`; `recovered` there is false when the history does not
   * reach back to `after`, and delivery then starts at the head. The caller ends it by `return()`.
   */
  async listen({ userID, after, types, sink }: ListenRequest): Promise<EventSubscription> {
    const position = await this.log.findPosition(userID);
    if (position === null) throw new CodedError('FORBIDDEN', `The user "${userID}" is not registered here.`);
    const { epoch, head } = position;
    const reason = after === null ? null : findGap(after, position);
    const seq = after === null || reason !== null ? head : after.seq;
    const channel = this.requireChannel(userID);
    const subscription = new EventSubscription({
      opened: {
        type: 'STREAM_OPENED',
        seq,
        recovered: reason === null,
        reason,
        occurredAtMs: this.clock.now(),
      },
      epoch,
      types,
      sink,
      toDelivery: (event) => ({ event, cursor: toEventCursor(userID, { epoch, seq: event.seq }) }),
      onEnd: () => {
        this.drop(channel, subscription);
      },
    });
    channel.subscriptions.add(subscription);
    sink.whenEnded(() => void subscription.return());
    this.wake(channel);
    return subscription;
  }

  /** Ends every subscription, hears no more hints and waits for the delivery under way. Safe to call twice. */
  async stop(): Promise<void> {
    this.unsubscribe();
    clearInterval(this.reread);
    for (const channel of [...this.channels.values()]) this.end(channel);
    await this.pumping;
  }

  private requireChannel(userID: string): Channel {
    let channel = this.channels.get(userID);
    if (channel === undefined) {
      channel = { userID, subscriptions: new Set() };
      this.channels.set(userID, channel);
    }
    return channel;
  }

  private end(channel: Channel): void {
    for (const subscription of [...channel.subscriptions]) void subscription.return();
  }

  private drop(channel: Channel, subscription: EventSubscription): void {
    channel.subscriptions.delete(subscription);
    if (channel.subscriptions.size > 0) return;
    this.dirty.delete(channel);
    if (this.channels.get(channel.userID) === channel) this.channels.delete(channel.userID);
  }

  private wake(channel: Channel): void {
    this.dirty.add(channel);
    this.pumping ??= this.pump();
  }

  private async pump(): Promise<void> {
    // All that is hinted at or opened in this turn of the event loop goes into one read.
    await Promise.resolve();
    while (this.dirty.size > 0) await this.deliverNext();
    this.pumping = null;
  }

  private async deliverNext(): Promise<void> {
    const ready = new Map<string, { channel: Channel; subscriptions: EventSubscription[] }>();
    for (const channel of this.dirty) {
      this.dirty.delete(channel);
      const subscriptions = this.findReady(channel);
      if (subscriptions.length > 0) ready.set(channel.userID, { channel, subscriptions });
      if (ready.size === CHANNELS_PER_READ) break;
    }
    if (ready.size === 0) return;
    try {
      const streams = await this.log.loadStreamsAfter(
        [...ready].map(([userID, { subscriptions }]) => ({
          userID,
          seq: Math.min(...subscriptions.map((subscription) => subscription.seq)),
        })),
      );
      const outgoing: Outgoing[] = [];
      for (const [userID, { channel, subscriptions }] of ready) {
        const part = streams.get(userID);
        if (part === undefined || part?.hasMore === true) this.dirty.add(channel);
        if (part === undefined) continue;
        for (const subscription of subscriptions) {
          if (subscription.canFollow(part))
            outgoing.push(...toOutgoing(subscription, userID, part?.events ?? []));
        }
      }
      await send(outgoing);
    } catch (error) {
      // The clients come back with their cursors; nothing that was committed is lost.
      for (const { subscriptions } of ready.values()) {
        for (const subscription of subscriptions) subscription.fail(error);
      }
    }
  }

  private findReady(channel: Channel): EventSubscription[] {
    const nowMs = this.clock.now();
    const onRoom = (): void => {
      this.wake(channel);
    };
    return [...channel.subscriptions].filter((subscription) => subscription.hasRoom(nowMs, onRoom));
  }
}

function toOutgoing(
  subscription: EventSubscription,
  userID: string,
  events: readonly StoredEvent[],
): Outgoing[] {
  return subscription.take(events).map((delivery) => ({ subscription, userID, delivery }));
}

/** One failing renderer ends its own subscriptions only. */
async function send(outgoing: readonly Outgoing[]): Promise<void> {
  const byRenderer = new Map<Renderer, Outgoing[]>();
  for (const item of outgoing) {
    const { renderer } = item.subscription.sink;
    const items = byRenderer.get(renderer);
    if (items === undefined) byRenderer.set(renderer, [item]);
    else items.push(item);
  }
  await Promise.all(
    [...byRenderer].map(async ([renderer, items]) => {
      try {
        const payloads = await renderer.render(items);
        for (const [index, { subscription }] of items.entries()) {
          if (subscription.isOpen) subscription.sink.send(payloads[index] ?? 'null');
        }
      } catch (error) {
        for (const { subscription } of items) subscription.fail(error);
      }
    }),
  );
}

/** Why delivery cannot begin behind `after`; null when it can. */
function findGap(after: EventPlace, position: StreamPosition): GapReason | null {
  if (after.epoch !== position.epoch || after.seq > position.head) return 'OTHER_EPOCH';
  return after.seq < position.floor ? 'TRIMMED' : null;
}
