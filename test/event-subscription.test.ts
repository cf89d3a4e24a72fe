import { EventSubscription } from '../src/events/event-subscription';
import type { StoredEvent } from '../src/events/friendship-event';

const QUEUE_LIMIT = 256;

function createSubscription(): { subscription: EventSubscription; told: string[] } {
  const told: string[] = [];
  const subscription = new EventSubscription({
    seq: 0,
    types: null,
    toDelivery: (event) => ({ event, cursor: String(event.seq) }),
    onTooSlow: () => told.push('too slow'),
    onDrained: () => told.push('drained'),
    onEnd: () => told.push('end'),
  });
  return { subscription, told };
}

function createEvents(from: number, to: number): StoredEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    seq: from + index,
    type: 'SELF_INFO_UPDATED',
    payload: {},
    occurredAtMs: 0,
  }));
}

describe('the queue of one subscription', () => {
  it('takes what it has room for, leaves the rest in the log and asks for it once half is read', async () => {
    const { subscription, told } = createSubscription();
    subscription.offer(createEvents(1, 300));
    expect(subscription.seq).toBe(QUEUE_LIMIT);
    expect(subscription.hasRoom(0)).toBe(false);
    for (let seq = 1; seq <= QUEUE_LIMIT / 2; seq++) {
      expect(told).toEqual([]);
      expect((await subscription.next()).value).toMatchObject({ event: { seq } });
    }
    expect(told).toEqual(['drained']);
  });

  it('passes over what it has already, so that overlapping reads of the log do no harm', async () => {
    const { subscription } = createSubscription();
    subscription.offer(createEvents(1, 3));
    subscription.offer(createEvents(2, 4));
    for (const seq of [1, 2, 3, 4]) expect((await subscription.next()).value).toMatchObject({ event: { seq } });
  });

  it('ends a reader under whom the history was trimmed, and gives it no part of what is left', async () => {
    const { subscription, told } = createSubscription();
    subscription.offer(createEvents(5, 9));
    expect(told).toEqual(['end', 'too slow']);
    expect(await subscription.next()).toEqual({ value: undefined, done: true });
  });

  it('ends a reader that takes nothing for two seconds although more is waiting', async () => {
    const { subscription, told } = createSubscription();
    subscription.offer(createEvents(1, QUEUE_LIMIT));
    subscription.hasRoom(10_000);
    subscription.hasRoom(11_999);
    expect(told).toEqual([]);
    subscription.hasRoom(12_000);
    expect(told).toEqual(['end', 'too slow']);
    expect(await subscription.next()).toEqual({ value: undefined, done: true });
  });

  it('spares a reader that takes something, however little', async () => {
    const { subscription, told } = createSubscription();
    subscription.offer(createEvents(1, 300));
    subscription.hasRoom(10_000);
    await subscription.next();
    subscription.offer(createEvents(257, 300));
    subscription.hasRoom(12_000);
    expect(told).toEqual([]);
  });

  it('ends a waiting reader at once when it is returned, and only once', async () => {
    const { subscription, told } = createSubscription();
    const waiting = subscription.next();
    await Promise.all([subscription.return(), subscription.return()]);
    expect(await waiting).toEqual({ value: undefined, done: true });
    expect(told).toEqual(['end']);
  });

  it('rejects a waiting reader and every later one when the log cannot be read', async () => {
    const { subscription } = createSubscription();
    const waiting = subscription.next();
    subscription.fail(new Error('disk'));
    await expect(waiting).rejects.toThrow('disk');
    await expect(subscription.next()).rejects.toThrow('disk');
  });
});
