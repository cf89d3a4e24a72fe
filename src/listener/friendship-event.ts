import type { Delivery } from '../events/delivery';
import { toEventCursor } from '../events/event-cursor';

type Flat<Fact> = Fact extends { payload: infer Payload } ? Omit<Fact, 'payload'> & Payload : Fact;

/** An event with its facts beside its position: what the GraphQL types of the events are resolved from. */
export type ListenerEvent = Flat<Delivery['fact']> & { seq: number; cursor: string; occurredAt: Date };

export type ListenerEventOf<Type extends ListenerEvent['type']> = Extract<ListenerEvent, { type: Type }>;

/** What a document is executed over: the marks of a template stand where an event's own position does. */
export type ListenerRoot = Pick<Delivery, 'fact'> & { seq: number; cursor: string };

export function toListenerRoot({ userID, epoch, seq, fact }: Delivery): ListenerRoot {
  return { fact, seq, cursor: toEventCursor(userID, { epoch, seq }) };
}

export function toListenerEvent({ fact, seq, cursor }: ListenerRoot): ListenerEvent {
  const facts = fact.type === 'STREAM_OPENED' ? fact : { ...fact, ...fact.payload };
  return { ...facts, seq, cursor, occurredAt: new Date(fact.occurredAtMs) } as ListenerEvent;
}
