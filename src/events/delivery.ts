import type { StoredEvent } from './friendship-event';

/** Why the history does not reach back to a cursor: it was trimmed below it, or the stream is another one. */
export type GapReason = 'TRIMMED' | 'OTHER_EPOCH';

/** Tells where the stream stands; always the first delivery. */
export interface StreamOpenedFact {
  type: 'STREAM_OPENED';
  /** The position that delivery starts behind. */
  seq: number;
  recovered: boolean;
  /** Null when recovered. */
  reason: GapReason | null;
  occurredAtMs: number;
}

export interface Delivery {
  event: StoredEvent | StreamOpenedFact;
  cursor: string;
}

export interface RenderItem {
  /** Whose stream the delivery is from. */
  userID: string;
  delivery: Delivery;
}

/** Makes what subscribers are sent. Those who see an event in the same form share one, so that it is made once for all. */
export interface Renderer {
  /** The JSON text of each item, in their order. */
  render(items: readonly RenderItem[]): Promise<string[]>;
}

/** Carries what was rendered to one subscriber. */
export interface Sink {
  readonly renderer: Renderer;
  /** False while too much that was sent has not been read. */
  hasRoom(): boolean;
  /** Calls back once when there is room again. */
  whenRoom(callback: () => void): void;
  /** Calls back once when the subscriber is gone; at once when it is gone already. */
  whenEnded(callback: () => void): void;
  /** The subscription has ended: nothing more is sent. Safe to call twice. */
  end(): void;
  /** Does nothing once the subscriber is gone. */
  send(payload: string): void;
  /** Sends the subscriber away because it reads too slowly; it comes back with its last cursor. */
  closeTooSlow(): void;
}
