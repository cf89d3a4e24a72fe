import { DatabaseUnavailableError } from '../src/database/unavailable';
import type { Delivery, Sink } from '../src/events/delivery';
import { EventSubscription } from '../src/events/event-subscription';
import type { EventType, StoredEvent } from '../src/events/friendship-event';
import { Outbox } from '../src/events/outbox';

/** A sink whose room the test decides. */
function createSubscription(types: EventType[] | null = null) {
  const told: string[] = [];
  const room = { isFree: true, takenBytes: 0 };
  const sink: Sink = {
    renderer: {
      render: (deliveries) => Promise.resolve((place) => toTypes(deliveries)[place] ?? 'nothing'),
    },
    get takenBytes() {
      return room.takenBytes;
    },
    hasRoom: () => room.isFree,
    whenRoom: () => undefined,
    whenEnded: () => undefined,
    end: () => undefined,
    send: (text) => told.push(text),
    closeTooSlow: () => told.push('too slow'),
    closeUnavailable: () => told.push('unavailable'),
  };
  const subscription = new EventSubscription(
    { userID: 'ann', epoch: 'one', seq: 0 },
    { type: 'STREAM_OPENED', recovered: true, reason: null, occurredAtMs: 0 },
    types === null ? null : new Set(types),
    sink,
    () => told.push('end'),
  );
  return { subscription, told, room };
}

function createEvents(
  from: number,
  to: number,
  type: 'SELF_INFO_UPDATED' | 'FRIEND_LIST_ADDED' = 'SELF_INFO_UPDATED',
): StoredEvent[] {
  const fact = { type, payload: { userIDs: [] }, occurredAtMs: 0 };
  return Array.from({ length: to - from + 1 }, (_, index) => ({ seq: from + index, fact }));
}

const toTypes = (deliveries: readonly Delivery[]): string[] =>
  deliveries.map(({ fact, seq }) => `${fact.type} ${seq}`);

describe('the place of one subscription in its stream', () => {
  it('gives StreamOpened first, then what follows its position, each once', () => {
    const { subscription } = createSubscription();
    expect(toTypes(subscription.take(createEvents(1, 2)))).toEqual([
      'STREAM_OPENED 0',
      'SELF_INFO_UPDATED 1',
      'SELF_INFO_UPDATED 2',
    ]);
    expect(toTypes(subscription.take(createEvents(1, 3)))).toEqual(['SELF_INFO_UPDATED 3']);
  });

  it('passes over the kinds that are not wanted, but never over StreamOpened', () => {
    const { subscription } = createSubscription(['FRIEND_LIST_ADDED']);
    expect(toTypes(subscription.take(createEvents(1, 5)))).toEqual(['STREAM_OPENED 0']);
    expect(toTypes(subscription.take(createEvents(6, 6, 'FRIEND_LIST_ADDED')))).toEqual([
      'FRIEND_LIST_ADDED 6',
    ]);
  });

  it('sends a subscriber away under whom the history was trimmed, and gives it no part of what is left', () => {
    const { subscription, told } = createSubscription();
    expect(toTypes(subscription.take(createEvents(5, 9)))).toEqual(['STREAM_OPENED 0']);
    expect(told).toEqual(['too slow', 'end']);
  });

  it('is told of a trim between its opening and its first read, and begins at the head', () => {
    const { subscription, told } = createSubscription();
    expect(subscription.canFollow({ epoch: 'one', floor: 3, head: 4 })).toBe(true);
    expect(subscription.take(createEvents(4, 4))).toMatchObject([
      { seq: 4, fact: { type: 'STREAM_OPENED', recovered: false, reason: 'TRIMMED' } },
    ]);
    expect(toTypes(subscription.take(createEvents(4, 5)))).toEqual(['SELF_INFO_UPDATED 5']);
    expect(told).toEqual([]);
  });

  it('follows its own stream as long as its history reaches back, and is sent away otherwise', () => {
    const part = { epoch: 'one', head: 9, floor: 0 };
    for (const other of [
      { ...part, epoch: 'other' },
      { ...part, floor: 3 },
    ]) {
      const { subscription, told } = createSubscription();
      subscription.take(createEvents(1, 2));
      expect(subscription.canFollow({ ...part, floor: 2 })).toBe(true);
      expect(subscription.canFollow(other)).toBe(false);
      expect(told).toEqual(['too slow', 'end']);
    }
  });

  it('ends when there is no stream any more', () => {
    const { subscription, told } = createSubscription();
    expect(subscription.canFollow(null)).toBe(false);
    expect(told).toEqual(['end']);
  });

  it('goes on without the log only with what comes next in its own stream', () => {
    const { subscription } = createSubscription();
    const facts = createEvents(1, 2).map(({ fact }) => fact);
    expect(subscription.isNext({ epoch: 'one', head: 2, facts })).toBe(true);
    expect(subscription.isNext({ epoch: 'other', head: 2, facts })).toBe(false);
    expect(subscription.isNext({ epoch: 'one', head: 3, facts })).toBe(false);
    subscription.take(createEvents(1, 1));
    expect(subscription.isNext({ epoch: 'one', head: 2, facts })).toBe(false);
  });

  it('sends a subscriber away that reads nothing for fifteen seconds although more is waiting', () => {
    const { subscription, told, room } = createSubscription();
    room.isFree = false;
    expect(subscription.hasRoom(10_000)).toBe(false);
    expect(subscription.hasRoom(24_999)).toBe(false);
    expect(told).toEqual([]);
    expect(subscription.hasRoom(25_000)).toBe(false);
    expect(told).toEqual(['too slow', 'end']);
    expect(subscription.isOpen).toBe(false);
  });

  it('spares a subscriber that reads, however slowly', () => {
    const { subscription, told, room } = createSubscription();
    room.isFree = false;
    for (let ms = 0; ms < 1_000_000; ms += 14_999) {
      room.takenBytes++;
      expect(subscription.hasRoom(ms)).toBe(false);
    }
    room.isFree = true;
    expect(subscription.hasRoom(2_000_000)).toBe(true);
    expect(told).toEqual([]);
  });

  it('is told of its opening however little room there is, and of what follows when there is some', async () => {
    const { subscription, told, room } = createSubscription();
    room.isFree = false;
    const full = new Outbox();
    full.add(subscription, subscription.take(createEvents(1, 2)));
    expect(await full.send()).toEqual(new Set([subscription]));
    expect(told).toEqual(['STREAM_OPENED 0']);
    expect(full.sent).toBe(1);
    expect(subscription.seq).toBe(0);
    room.isFree = true;
    const free = new Outbox();
    free.add(subscription, subscription.take(createEvents(1, 2)));
    expect(await free.send()).toEqual(new Set());
    expect(told).toEqual(['STREAM_OPENED 0', 'SELF_INFO_UPDATED 1', 'SELF_INFO_UPDATED 2']);
  });

  it('lasts until it is returned, and ends once', async () => {
    const { subscription, told } = createSubscription();
    const waiting = subscription.next();
    await Promise.all([subscription.return(), subscription.return()]);
    expect(await waiting).toEqual({ value: undefined, done: true });
    expect(await subscription.next()).toEqual({ value: undefined, done: true });
    expect(told).toEqual(['end']);
  });

  it('rejects a waiting reader and every later one when the log cannot be read', async () => {
    const { subscription } = createSubscription();
    const waiting = subscription.next();
    subscription.fail(new Error('disk'));
    await expect(waiting).rejects.toThrow('disk');
    await expect(subscription.next()).rejects.toThrow('disk');
  });

  it('fails nobody once it has ended, and sends nobody away: the socket may be there for others', async () => {
    const { subscription, told } = createSubscription();
    await subscription.return();
    subscription.fail(new DatabaseUnavailableError('away'));
    subscription.fail(new Error('disk'));
    expect(await subscription.next()).toEqual({ value: undefined, done: true });
    expect(told).toEqual(['end']);
  });
});
