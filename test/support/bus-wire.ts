import type { Bus } from '../../src/events/bus';

/** What the buses of several nodes are joined by: of each test's own, so that nobody else is heard. */
export interface BusWire {
  /** A bus of another node. */
  join(onError?: (error: unknown) => void): Promise<Bus>;
  /** Hears and says any text, beside all buses. */
  tap(onText: (text: string) => void): Promise<WireTap>;
  /** How many connections listen, taps included. */
  countConnections(): Promise<number>;
  remove(): Promise<void>;
}

export interface WireTap {
  say(text: string): Promise<void>;
  stop(): Promise<void>;
}

/** One that the test may break. */
export interface BreakableWire extends BusWire {
  /** Ends the connection that is oldest of those that buses have. */
  cutOldest(): Promise<void>;
  /** Ends all connections, and lets none in until it is mended. */
  breakDown(): Promise<void>;
  mend(): Promise<void>;
}

export interface WireKind<Wire extends BusWire = BusWire> {
  name: string;
  lay(): Promise<Wire>;
}
