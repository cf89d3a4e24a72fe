import type { ByteText } from '../lib/byte-text';
import type { EventFact } from './friendship-event';

/** Why the history does not reach back to a cursor: it was trimmed below it, or the stream is another one. */
export type GapReason = 'TRIMMED' | 'OTHER_EPOCH';

/** Tells where the stream stands; always the first delivery, and its `seq` what delivery starts behind. */
export interface StreamOpenedFact {
  type: 'STREAM_OPENED';
  recovered: boolean;
  /** Null when recovered. */
  reason: GapReason | null;
  occurredAtMs: number;
}

/** What one subscriber is to be shown. Equal facts are one object: by it those are told who see the same. */
export interface Delivery {
  /** Whose stream the delivery is from. */
  userID: string;
  epoch: string;
  seq: number;
  fact: EventFact | StreamOpenedFact;
}

/** Gives the JSON of the delivery in this place. */
export type TextOf = (place: number) => ByteText;

/** Makes what subscribers are sent. Those who see an event in the same form share one, so that it is made once for all. */
export interface Renderer {
  /** What gives the JSON of each delivery by its place among them: thousands need not be there at once. */
  render(deliveries: readonly Delivery[]): Promise<TextOf>;
}

/** Carries what was rendered to one subscriber. */
export interface Sink {
  readonly renderer: Renderer;
  /** How many bytes its connection has taken: grows as the subscriber reads, and only then while there is no room. */
  readonly takenBytes: number;
  /** False while too much that was sent has not been read. */
  hasRoom(): boolean;
  /** Calls back once when there is room again: what was given last, and not after the end. */
  whenRoom(callback: () => void): void;
  /** Calls back once when the subscriber is gone; at once when it is gone already. */
  whenEnded(callback: () => void): void;
  /** The subscription has ended: nothing more is sent. Safe to call twice. */
  end(): void;
  /** Does nothing once the subscriber is gone. */
  send(payload: ByteText): void;
  /** Sends the subscriber away because it reads too slowly; it comes back with its last cursor. */
  closeTooSlow(): void;
  /** Sends the subscriber away because nothing can be read for it now; it comes back with its last cursor. */
  closeUnavailable(): void;
}
