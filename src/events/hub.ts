import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../lib/clock';
import { joinAppended } from './appended';
import type { Bus } from './bus';
import type { Channel } from './channel';
import type { StreamOpenedFact } from './delivery';
import type { EventLog } from './event-log.repository';
import { EventSubscription, type SubscriptionPlace } from './event-subscription';
import type { Appended, Hint } from './friendship-event';
import { UNWATCHED, type HubWatch } from './hub-watch';
import { LogReader } from './log-reader';
import { Openings, type ListenRequest } from './openings';
import { Outbox } from './outbox';

/** How many users are served before others have their turn: more than have one friend in common, as a rule. */
const USERS_PER_TURN = 5_000;
/** How long an event may stay undelivered whose hint was lost, or never sent. */
const REREAD_MS = 5_000;
/** How often stalled sinks are looked at, and the next part of all streams is read again. */
const LOOK_MS = 500;

export interface HubStats {
  /** Who listen now. */
  users: number;
  subscriptions: number;
  /** Of these users something may not have been delivered yet. */
  waitingUsers: number;
  /** Events for them that are known here; what the log has to tell is not among them. */
  waitingEvents: number;
  /** Who read history: more than one read of the log holds. */
  catchingUpUsers: number;
  /** Whose clients have not read what they were sent. */
  stalledSubscriptions: number;
  /** Since the process began, StreamOpened included. */
  delivered: number;
  sentAwayTooSlow: number;
  /** From when the newest event that was delivered last was written to when it was sent, history left out; 0 before the first. */
  lagMs: number;
}

/**
 * The live end of the log in one process. The log is what is true: every subscription has a position in it, and
 * delivering is going on from that position, by what a hint brought along when that comes next, by reading the log
 * otherwise. History and live events are therefore the same thing, and can neither overlap nor leave a gap. One read
 * serves all users that were hinted at meanwhile, with all their devices, and what is shown alike is rendered once.
 */
export class EventHub {
  private readonly channels = new Map<string, Channel>();
  private readonly openings: Openings;
  private readonly reader: LogReader;
  /** Channels that wait for a turn, each once, and some that do not any more. */
  private dirty: Channel[] = [];
  private readonly stalled = new Set<EventSubscription>();
  /** When the first hint came that no turn has served; null when there is none. */
  private hintedAtMs: number | null = null;
  private pumping: Promise<void> | null = null;
  private readonly unsubscribe: () => void;
  private readonly timer: NodeJS.Timeout;
  private rereading = this.channels.values();
  private readonly counts = { delivered: 0, sentAwayTooSlow: 0, lagMs: 0 };

  constructor(
    log: EventLog,
    bus: Bus,
    private readonly clock: Clock,
    private readonly watch: HubWatch = UNWATCHED,
    private readonly rereadMs = REREAD_MS,
  ) {
    this.openings = new Openings(
      log,
      clock,
      () => {
        this.startPump();
      },
      (request, place, opened) => this.open(request, place, opened),
    );
    this.reader = new LogReader(log, (channel) => {
      this.wake(channel, null);
    });
    this.unsubscribe = bus.subscribe(
      (hints) => {
        this.hear(hints);
      },
      () => {
        for (const channel of this.channels.values()) this.wake(channel, null);
      },
    );
    this.timer = setInterval(() => {
      this.look();
    }, LOOK_MS);
  }

  /**
   * Opens a subscription. Its first delivery is `STREAM_OPENED`; `recovered` there is false when the history does not
   * reach back to `after`, and delivery then starts at the head. Rejects with FORBIDDEN when there is no such user.
   * The caller ends it by `return()`.
   */
  listen(request: ListenRequest): Promise<EventSubscription> {
    return this.openings.add(request);
  }

  /** How much is listened to and delivered here. */
  get stats(): HubStats {
    let subscriptions = 0;
    for (const channel of this.channels.values()) subscriptions += channel.subscriptions.length;
    let waitingUsers = 0;
    let waitingEvents = 0;
    for (const { waiting } of this.dirty) {
      if (waiting !== undefined) waitingUsers++;
      waitingEvents += waiting?.facts.length ?? 0;
    }
    return {
      ...this.counts,
      users: this.channels.size,
      subscriptions,
      waitingUsers,
      waitingEvents,
      catchingUpUsers: this.reader.catchingUpUsers,
      stalledSubscriptions: this.stalled.size,
    };
  }

  /** Ends every subscription, hears no more hints and waits for the delivery under way. Safe to call twice. */
  async stop(): Promise<void> {
    this.unsubscribe();
    clearInterval(this.timer);
    this.openings.stop();
    for (const { subscriptions } of [...this.channels.values()])
      for (const subscription of subscriptions) void subscription.return();
    await this.pumping;
  }

  private open(
    { userID, types, sink }: ListenRequest,
    place: SubscriptionPlace,
    opened: StreamOpenedFact,
  ): EventSubscription {
    const subscription = new EventSubscription(place, opened, types, sink, this.drop);
    let channel = this.channels.get(userID);
    if (channel === undefined) {
      channel = { userID, subscriptions: [subscription], waiting: undefined };
      this.channels.set(userID, channel);
    } else channel.subscriptions = [...channel.subscriptions, subscription];
    sink.whenEnded(() => void subscription.return());
    // What came since the position was read is in the log.
    this.wake(channel, null);
    return subscription;
  }

  /** Called by the subscription, however it ends. */
  private readonly drop = (subscription: EventSubscription): void => {
    this.stalled.delete(subscription);
    if (subscription.wasSentAway) this.counts.sentAwayTooSlow++;
    const channel = this.channels.get(subscription.userID);
    if (channel === undefined) return;
    channel.subscriptions = channel.subscriptions.filter((other) => other !== subscription);
    if (channel.subscriptions.length > 0) return;
    channel.waiting = undefined;
    this.reader.forget(channel);
    this.channels.delete(channel.userID);
  };

  private hear(hints: readonly Hint[]): void {
    let hasWoken = false;
    for (const { userID, appended } of hints) {
      const channel = this.channels.get(userID);
      if (channel === undefined) continue;
      this.wake(channel, appended ?? null);
      hasWoken = true;
    }
    if (!hasWoken) return;
    this.hintedAtMs ??= performance.now();
    this.watch.hinted();
  }

  private look(): void {
    const nowMs = performance.now();
    for (const subscription of this.stalled) {
      const channel = this.channels.get(subscription.userID);
      if (channel !== undefined && this.isReady(subscription, nowMs)) this.wake(channel, null);
    }
    for (let count = Math.ceil((this.channels.size * LOOK_MS) / this.rereadMs); count > 0; count--) {
      const { value: channel } = this.rereading.next();
      if (channel === undefined) this.rereading = this.channels.values();
      else this.wake(channel, null);
    }
  }

  private wake(channel: Channel, appended: Appended | null): void {
    if (channel.waiting === undefined) {
      channel.waiting = appended;
      this.dirty.push(channel);
    } else channel.waiting = joinAppended(channel.waiting, appended);
    this.startPump();
  }

  private startPump(): void {
    this.pumping ??= this.pump();
  }

  private async pump(): Promise<void> {
    do {
      // Lets requests in, and all that they open or hint at goes into one turn.
      await setImmediate();
      if (this.openings.areDue) await this.openings.openAll();
      await this.watch.turn(() => this.deliverNext());
    } while (this.openings.areDue || this.dirty.length > 0);
    this.pumping = null;
  }

  /** Gives how much was delivered. */
  private async deliverNext(): Promise<number> {
    const { hintedAtMs } = this;
    this.hintedAtMs = null;
    const outbox = new Outbox();
    const behind = new Map<Channel, readonly EventSubscription[]>();
    const nowMs = performance.now();
    const turn = this.dirty.splice(0, USERS_PER_TURN);
    for (const channel of turn) {
      const { waiting } = channel;
      if (waiting === undefined) continue;
      channel.waiting = undefined;
      // Nearly nobody is full: who is shows when it is sent to.
      const ready =
        waiting === null || this.stalled.size > 0 ? this.findReady(channel, nowMs) : channel.subscriptions;
      if (ready.length === 0) continue;
      if (waiting !== null && ready.every((subscription) => subscription.isNext(waiting))) {
        for (const subscription of ready) outbox.add(subscription, subscription.takeNext(waiting));
      } else behind.set(channel, ready);
    }
    // Who have to wait for the next turn were hinted at then, too.
    if (this.dirty.length > 0) this.hintedAtMs = hintedAtMs;
    if (behind.size > 0) await this.reader.read(behind, outbox);
    for (const { userID } of await outbox.send()) {
      const channel = this.channels.get(userID);
      if (channel !== undefined) this.wake(channel, null);
    }
    if (outbox.sent === 0) return 0;
    this.counts.delivered += outbox.sent;
    if (outbox.newestMs > 0) this.counts.lagMs = Math.max(0, this.clock.now() - outbox.newestMs);
    if (hintedAtMs !== null) this.watch.delivered((performance.now() - hintedAtMs) / 1000);
    return outbox.sent;
  }

  private findReady({ subscriptions }: Channel, nowMs: number): readonly EventSubscription[] {
    const [only] = subscriptions;
    if (only !== undefined && subscriptions.length === 1)
      return this.isReady(only, nowMs) ? subscriptions : [];
    return subscriptions.filter((subscription) => this.isReady(subscription, nowMs));
  }

  private isReady(subscription: EventSubscription, nowMs: number): boolean {
    if (subscription.hasRoom(nowMs)) {
      this.stalled.delete(subscription);
      return true;
    }
    if (!this.stalled.has(subscription) && subscription.isOpen) {
      this.stalled.add(subscription);
      subscription.sink.whenRoom(() => {
        const channel = this.channels.get(subscription.userID);
        if (channel !== undefined) this.wake(channel, null);
      });
    }
    return false;
  }
}
