import type { Delivery } from '../events/delivery';

type Flat<Event> = Event extends { payload: infer Payload } ? Omit<Event, 'payload'> & Payload : Event;

/** An event with its facts beside its position: what the GraphQL types of the events are resolved from. */
export type ListenerEvent = Flat<Delivery['event']> & { cursor: string; occurredAt: Date };

export type ListenerEventOf<Type extends ListenerEvent['type']> = Extract<ListenerEvent, { type: Type }>;

export function toListenerEvent({ event, cursor }: Delivery): ListenerEvent {
  const facts = event.type === 'STREAM_OPENED' ? event : { ...event, ...event.payload };
  return { ...facts, cursor, occurredAt: new Date(event.occurredAtMs) } as ListenerEvent;
}
