import type { Delivery, Renderer } from './delivery';
import type { EventSubscription } from './event-subscription';

/** What goes out in one turn of the hub. */
export class Outbox {
  private readonly byRenderer = new Map<
    Renderer,
    { deliveries: Delivery[]; subscriptions: EventSubscription[] }
  >();

  /** Of each subscription, what is added first is sent first. */
  add(subscription: EventSubscription, deliveries: readonly Delivery[]): void {
    const { renderer } = subscription.sink;
    let group = this.byRenderer.get(renderer);
    if (group === undefined) {
      group = { deliveries: [], subscriptions: [] };
      this.byRenderer.set(renderer, group);
    }
    for (const delivery of deliveries) {
      group.deliveries.push(delivery);
      group.subscriptions.push(subscription);
    }
  }

  /** Renders and sends all. A renderer that fails ends its own subscriptions only. */
  async send(): Promise<void> {
    await Promise.all(
      [...this.byRenderer].map(async ([renderer, { deliveries, subscriptions }]) => {
        try {
          const payloads = await renderer.render(deliveries);
          for (const [index, subscription] of subscriptions.entries()) {
            if (subscription.isOpen) subscription.sink.send(payloads[index] ?? 'null');
          }
        } catch (error) {
          for (const subscription of subscriptions) subscription.fail(error);
        }
      }),
    );
  }
}
