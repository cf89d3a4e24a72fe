import type { Delivery, Renderer } from './delivery';
import type { EventSubscription } from './event-subscription';

/** What goes out in one turn of the hub. */
export class Outbox {
  private readonly byRenderer = new Map<
    Renderer,
    { deliveries: Delivery[]; subscriptions: EventSubscription[] }
  >();

  size = 0;
  /** When the newest of what goes out was written, history left out; 0 while there is nothing. */
  newestMs = 0;

  /** Of each subscription, what is added first is sent first. */
  add(subscription: EventSubscription, deliveries: readonly Delivery[], isHistory = false): void {
    const { renderer } = subscription.sink;
    let group = this.byRenderer.get(renderer);
    if (group === undefined) {
      group = { deliveries: [], subscriptions: [] };
      this.byRenderer.set(renderer, group);
    }
    this.size += deliveries.length;
    for (const delivery of deliveries) {
      group.deliveries.push(delivery);
      group.subscriptions.push(subscription);
      if (!isHistory) this.newestMs = Math.max(this.newestMs, delivery.fact.occurredAtMs);
    }
  }

  /**
   * Renders and sends. A renderer that fails ends its own subscriptions only. Gives those whose sinks were full before
   * all was sent: they stand where they were sent up to, and the rest is to be read from the log again.
   */
  async send(): Promise<ReadonlySet<EventSubscription>> {
    const full = new Set<EventSubscription>();
    await Promise.all(
      [...this.byRenderer].map(async ([renderer, { deliveries, subscriptions }]) => {
        try {
          const texts = await renderer.render(deliveries);
          for (const [index, subscription] of subscriptions.entries()) {
            const delivery = deliveries[index];
            if (delivery === undefined || !subscription.isOpen || full.has(subscription)) continue;
            if (subscription.sink.hasRoom() || delivery.fact.type === 'STREAM_OPENED') {
              subscription.sink.send(texts[index]?.() ?? 'null');
            } else {
              subscription.stepBack(delivery.seq - 1);
              full.add(subscription);
            }
          }
        } catch (error) {
          for (const subscription of subscriptions) subscription.fail(error);
        }
      }),
    );
    return full;
  }
}
