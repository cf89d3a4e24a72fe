import type { Delivery, Renderer, TextOf } from './delivery';
import type { EventSubscription } from './event-subscription';

interface Group {
  renderer: Renderer;
  deliveries: Delivery[];
  /** Of each delivery, in the same order. */
  subscriptions: EventSubscription[];
}

/** What goes out in one turn of the hub. */
export class Outbox {
  private readonly groups = new Map<Renderer, Group>();
  /** The one that was added to last: thousands in a row listen alike. */
  private group: Group | undefined;

  /** How many deliveries went out. */
  sent = 0;
  /** When the newest of what goes out was written, history left out; 0 while there is nothing. */
  newestMs = 0;

  /** Of each subscription, what is added first is sent first. */
  add(subscription: EventSubscription, deliveries: readonly Delivery[], isHistory = false): void {
    const group = this.findGroup(subscription.sink.renderer);
    for (const delivery of deliveries) {
      group.deliveries.push(delivery);
      group.subscriptions.push(subscription);
      const { occurredAtMs } = delivery.fact;
      if (!isHistory && occurredAtMs > this.newestMs) this.newestMs = occurredAtMs;
    }
  }

  /**
   * Renders and sends. A renderer that fails ends its own subscriptions only. Gives those whose sinks were full before
   * all was sent: they stand where they were sent up to, and the rest is to be read from the log again.
   */
  async send(): Promise<ReadonlySet<EventSubscription>> {
    const full = new Set<EventSubscription>();
    await Promise.all(
      [...this.groups.values()].map(async (group) => {
        try {
          const textOf = await group.renderer.render(group.deliveries);
          this.sent += sendAll(group, textOf, full);
        } catch (error) {
          for (const subscription of group.subscriptions) subscription.fail(error);
        }
      }),
    );
    return full;
  }

  private findGroup(renderer: Renderer): Group {
    if (this.group?.renderer === renderer) return this.group;
    this.group = this.groups.get(renderer) ?? { renderer, deliveries: [], subscriptions: [] };
    this.groups.set(renderer, this.group);
    return this.group;
  }
}

/** Gives how many were sent. */
function sendAll({ deliveries, subscriptions }: Group, textOf: TextOf, full: Set<EventSubscription>): number {
  let sent = 0;
  for (let place = 0; place < deliveries.length; place++) {
    const delivery = deliveries[place];
    const subscription = subscriptions[place];
    if (delivery === undefined || subscription?.isOpen !== true || full.has(subscription)) continue;
    if (subscription.sink.hasRoom() || delivery.fact.type === 'STREAM_OPENED') {
      subscription.sink.send(textOf(place));
      sent++;
    } else {
      subscription.stepBack(delivery.seq - 1);
      full.add(subscription);
    }
  }
  return sent;
}
