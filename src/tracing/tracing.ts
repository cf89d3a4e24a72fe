/** Names after OpenTelemetry's semantic conventions. Never a value of a user: no token, text, variable or id of one. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** A piece of work that a trace shows. */
export interface Step {
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** What went wrong, by its code. Whether it is a fault of the server is up to the caller. */
  fail(code: string, isFault: boolean): void;
  /** Nothing is a part of it any more. Safe to call twice. */
  end(): void;
}

/** A place in a trace at which work that is done later goes on. */
export interface TracePlace {
  readonly traceId: string;
  readonly spanId: string;
}

export interface ServedWork {
  name: string;
  attributes: SpanAttributes;
  /** What the caller sent as `traceparent`; anything that is none begins a trace. */
  traceparent: unknown;
}

/**
 * Traces of requests and of what they lead to. Absent where nobody wants them, so that they cost nothing there. What
 * is begun belongs to the request or the work in which it is begun; without any, nothing is recorded.
 */
export interface Tracing {
  /** Runs what somebody asked for, in the caller's trace or in a new one. The step ends with the work at the latest. */
  serve<Result>(served: ServedWork, work: (step: Step) => Promise<Result>): Promise<Result>;
  /** Begins a part, of which what is begun until its end is a part in turn. */
  begin(name: string, role?: 'internal' | 'server'): Step | null;
  /** Begins a statement of the database, which has no parts. */
  beginStatement(name: string, attributes: SpanAttributes): Step | null;
  /** Where the work stands now; null outside of any. */
  place(): TracePlace | null;
  /** Runs work that is no request's own; for whom it is done may show while it goes on. */
  runFor<Result>(name: string, work: (work: LaterWork) => Promise<Result>): Promise<Result>;
  /** What a line of the log holds of the work in which it is written. */
  logFields(): Record<string, string>;
  /** Sends what has not been sent yet, and ends. Never rejects. */
  stop(): Promise<void>;
}

/** Work that others asked for earlier. */
export interface LaterWork {
  /** It belongs to these traces, the first few of them; what it begins is shown in the first. Heard once. */
  continue(places: readonly TracePlace[]): void;
  set(attributes: SpanAttributes): void;
}
