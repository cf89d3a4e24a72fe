import { setImmediate } from 'node:timers/promises';
import { DatabaseUnavailableError } from '../database/unavailable';
import { CodedError } from '../errors';
import type { Clock } from '../lib/clock';
import { joinAppended } from './appended';
import type { Bus } from './bus';
import type { Sink } from './delivery';
import type { EventPlace } from './event-cursor';
import type { EventLog, StreamPart } from './event-log.repository';
import { EventSubscription } from './event-subscription';
import { UNWATCHED, type HubWatch } from './hub-watch';
import type { Appended, EventType, StreamPosition } from './friendship-event';
import { findGap, OpenedFacts } from './opened-facts';
import { Outbox } from './outbox';

/** How many users are served before others have their turn: more than have one friend in common, as a rule. */
const USERS_PER_TURN = 5_000;
/** How long an event may stay undelivered whose hint was lost, or never sent. */
const REREAD_MS = 5_000;
/** How often stalled sinks are looked at, and the next part of all streams is read again. */
const LOOK_MS = 500;
/** How long openings are gathered after some were made: those of a storm are read and shown together. */
const GATHER_MS = 20;

const STOPPED = new Error('The hub has stopped: nothing can be listened to any more.');

/** All that listens to one user's stream in this process. */
interface Channel {
  userID: string;
  /** Another list when somebody comes or goes: a turn goes on with the one that it has found. */
  subscriptions: readonly EventSubscription[];
  /**
   * What may not have been delivered yet: null where the log must tell, undefined while there is nothing and the channel
   * does not wait for a turn.
   */
  waiting: Appended | null | undefined;
}

export interface ListenRequest {
  userID: string;
  /** Delivery starts behind this place; null means at the head. */
  after: EventPlace | null;
  /** Null delivers every kind. */
  types: ReadonlySet<EventType> | null;
  sink: Sink;
}

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

interface Opening {
  request: ListenRequest;
  resolve: (subscription: EventSubscription) => void;
  reject: (error: unknown) => void;
}

/**
 * The live end of the log in one process. The log is what is true: every subscription has a position in it, and
 * delivering is going on from that position, by what a hint brought along when that comes next, by reading the log
 * otherwise. History and live events are therefore the same thing, and can neither overlap nor leave a gap. One read
 * serves all users that were hinted at meanwhile, with all their devices, and what is shown alike is rendered once.
 */
export class EventHub {
  private readonly channels = new Map<string, Channel>();
  private openings: Opening[] = [];
  /** When some were last made. */
  private openedAtMs = -GATHER_MS;
  private gathering: NodeJS.Timeout | undefined;
  /** Channels that wait for a turn, each once, and some that do not any more. */
  private dirty: Channel[] = [];
  private readonly stalled = new Set<EventSubscription>();
  private readonly catchingUp = new Set<Channel>();
  /** When the first hint came that no turn has served; null when there is none. */
  private hintedAtMs: number | null = null;
  private pumping: Promise<void> | null = null;
  private stopped = false;
  private readonly unsubscribe: () => void;
  private readonly timer: NodeJS.Timeout;
  private rereading = this.channels.values();
  private readonly counts = { delivered: 0, sentAwayTooSlow: 0, lagMs: 0 };

  constructor(
    private readonly log: EventLog,
    bus: Bus,
    private readonly clock: Clock,
    private readonly watch: HubWatch = UNWATCHED,
  ) {
    this.unsubscribe = bus.subscribe(
      (hints) => {
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
    return new Promise((resolve, reject) => {
      this.openings.push({ request, resolve, reject });
      const waitMs = this.openedAtMs + GATHER_MS - performance.now();
      if (waitMs <= 0) this.startPump();
      else
        this.gathering ??= setTimeout(() => {
          this.gathering = undefined;
          this.startPump();
        }, waitMs);
    });
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
      catchingUpUsers: this.catchingUp.size,
      stalledSubscriptions: this.stalled.size,
    };
  }

  /** Ends every subscription, hears no more hints and waits for the delivery under way. Safe to call twice. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.unsubscribe();
    clearInterval(this.timer);
    clearTimeout(this.gathering);
    for (const { reject } of this.openings.splice(0)) reject(STOPPED);
    for (const channel of [...this.channels.values()]) this.end(channel);
    await this.pumping;
  }

  private end({ subscriptions }: Channel): void {
    for (const subscription of [...subscriptions]) void subscription.return();
  }

  private drop(subscription: EventSubscription): void {
    this.stalled.delete(subscription);
    if (subscription.wasSentAway) this.counts.sentAwayTooSlow++;
    const channel = this.channels.get(subscription.userID);
    if (channel === undefined) return;
    channel.subscriptions = channel.subscriptions.filter((other) => other !== subscription);
    if (channel.subscriptions.length > 0) return;
    channel.waiting = undefined;
    this.catchingUp.delete(channel);
    this.channels.delete(channel.userID);
  }

  private wake(channel: Channel, appended: Appended | null): void {
    if (channel.waiting === undefined) {
      channel.waiting = appended;
      this.dirty.push(channel);
    } else channel.waiting = joinAppended(channel.waiting, appended);
    this.startPump();
  }

  private look(): void {
    const nowMs = performance.now();
    for (const subscription of this.stalled) {
      const channel = this.channels.get(subscription.userID);
      if (channel !== undefined && this.isReady(subscription, nowMs)) this.wake(channel, null);
    }
    for (let count = Math.ceil((this.channels.size * LOOK_MS) / REREAD_MS); count > 0; count--) {
      const { value: channel } = this.rereading.next();
      if (channel === undefined) this.rereading = this.channels.values();
      else this.wake(channel, null);
    }
  }

  private startPump(): void {
    this.pumping ??= this.pump();
  }

  private async pump(): Promise<void> {
    do {
      // Lets requests in, and all that they open or hint at goes into one turn.
      await setImmediate();
      if (this.areOpeningsDue()) await this.openAll();
      await this.watch.turn(() => this.deliverNext());
    } while (this.areOpeningsDue() || this.dirty.length > 0);
    this.pumping = null;
  }

  private areOpeningsDue(): boolean {
    return this.openings.length > 0 && this.gathering === undefined;
  }

  private async openAll(): Promise<void> {
    const openings = this.openings;
    this.openings = [];
    this.openedAtMs = performance.now();
    try {
      const positions = await this.log.loadPositions([
        ...new Set(openings.map(({ request }) => request.userID)),
      ]);
      const facts = new OpenedFacts(this.clock.now());
      for (const { request, resolve, reject } of openings) {
        const position = positions.get(request.userID);
        if (this.stopped) reject(STOPPED);
        else if (position === undefined)
          reject(new CodedError('FORBIDDEN', `The user "${request.userID}" is not registered here.`));
        else resolve(this.open(request, position, facts));
      }
    } catch (error) {
      for (const { request, reject } of openings) {
        if (error instanceof DatabaseUnavailableError) request.sink.closeUnavailable();
        reject(error);
      }
    }
  }

  private open(
    { userID, after, types, sink }: ListenRequest,
    { epoch, head, floor }: StreamPosition,
    facts: OpenedFacts,
  ): EventSubscription {
    const reason = after === null ? null : findGap(after, { epoch, head, floor });
    const seq = after === null || reason !== null ? head : after.seq;
    const subscription = new EventSubscription(
      { userID, epoch, seq },
      facts.find(reason),
      types,
      sink,
      this.onEnd,
    );
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

  private readonly onEnd = (subscription: EventSubscription): void => {
    this.drop(subscription);
  };

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
    if (behind.size > 0) await this.readLog(behind, outbox);
    for (const { userID } of await outbox.send()) {
      const channel = this.channels.get(userID);
      if (channel !== undefined) this.wake(channel, null);
    }
    if (outbox.size === 0) return 0;
    this.counts.delivered += outbox.size;
    if (outbox.newestMs > 0) this.counts.lagMs = Math.max(0, this.clock.now() - outbox.newestMs);
    if (hintedAtMs !== null) this.watch.delivered((performance.now() - hintedAtMs) / 1000);
    return outbox.size;
  }

  /** By one read, and by a second one for who stand ahead of a history that others read: nobody waits for its end. */
  private async readLog(
    behind: ReadonlyMap<Channel, readonly EventSubscription[]>,
    outbox: Outbox,
    isFirst = true,
  ): Promise<void> {
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
        if (part === undefined || hasMore || (part !== null && part.floor > from)) this.wake(channel, null);
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
    } catch (error) {
      // The clients come back with their cursors; nothing that was committed is lost.
      for (const ready of behind.values()) for (const subscription of ready) subscription.fail(error);
      return;
    }
    if (ahead.size > 0) await this.readLog(ahead, outbox, false);
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
