import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import type { LaterWork, ServedWork, SpanAttributes, Step, TracePlace, Tracing } from './tracing';
import { readTraceparent } from './traceparent';

/** The work that goes on now, of one request or for one. Statements run side by side in it, parts one after the other. */
interface Scope {
  /** The innermost part; null while it is not known to whom the work belongs. */
  current: Span | null;
}

/** How many traces one piece of work is shown in: a turn of the hub may serve what thousands have asked for. */
const MAX_PLACES = 32;

/**
 * Traces by OpenTelemetry's API. Nothing is registered there for the whole process: which work is going on is kept
 * here, and every span is given its parent.
 */
export class OtelTracing implements Tracing {
  private readonly scopes = new AsyncLocalStorage<Scope>();

  constructor(
    private readonly tracer: Tracer,
    private readonly shutdown: () => Promise<void>,
  ) {}

  serve<Result>(
    { name, attributes, traceparent }: ServedWork,
    work: (step: Step) => Promise<Result>,
  ): Promise<Result> {
    const caller = readTraceparent(traceparent);
    const context = caller === null ? ROOT_CONTEXT : toContext(caller);
    const span = this.tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, context);
    const scope: Scope = { current: span };
    // What was begun here and goes on for others, or for hours, is no part of it.
    const step = new SpanStep(span, () => (scope.current = null));
    return this.scopes.run(scope, async () => {
      try {
        return await work(step);
      } finally {
        step.end();
      }
    });
  }

  begin(name: string, role: 'internal' | 'server' = 'internal'): Step | null {
    const scope = this.scopes.getStore();
    if (scope?.current == null) return null;
    const outer = scope.current;
    const kind = role === 'server' ? SpanKind.SERVER : SpanKind.INTERNAL;
    const span = this.tracer.startSpan(name, { kind }, toContext(outer.spanContext()));
    scope.current = span;
    return new SpanStep(span, () => {
      if (scope.current === span) scope.current = outer;
    });
  }

  beginStatement(name: string, attributes: SpanAttributes): Step | null {
    const outer = this.scopes.getStore()?.current ?? null;
    if (outer === null) return null;
    const options = { kind: SpanKind.CLIENT, attributes };
    return new SpanStep(this.tracer.startSpan(name, options, toContext(outer.spanContext())));
  }

  place(): TracePlace | null {
    return this.scopes.getStore()?.current?.spanContext() ?? null;
  }

  async runFor<Result>(name: string, work: (later: LaterWork) => Promise<Result>): Promise<Result> {
    const scope: Scope = { current: null };
    const startTime = new Date();
    let spans: Span[] = [];
    const later: LaterWork = {
      continue: (places) => {
        // A transaction that is run again belongs to whom it belonged before.
        if (spans.length > 0) return;
        spans = places
          .slice(0, MAX_PLACES)
          .map((place) =>
            this.tracer.startSpan(
              name,
              { kind: SpanKind.CONSUMER, startTime },
              toContext(place as SpanContext),
            ),
          );
        scope.current = spans[0] ?? null;
      },
      set: (attributes) => {
        for (const span of spans) span.setAttributes(attributes);
      },
    };
    return this.scopes.run(scope, async () => {
      try {
        return await work(later);
      } finally {
        scope.current = null;
        for (const span of spans) span.end();
      }
    });
  }

  logFields(): Record<string, string> {
    const place = this.place();
    return place === null ? {} : { trace_id: place.traceId, span_id: place.spanId };
  }

  stop(): Promise<void> {
    return this.shutdown();
  }
}

class SpanStep implements Step {
  private hasEnded = false;

  constructor(
    private readonly span: Span,
    private readonly onEnd: () => unknown = () => undefined,
  ) {}

  rename(name: string): void {
    this.span.updateName(name);
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes(attributes);
  }

  fail(code: string, isFault: boolean): void {
    this.span.setAttribute('error.type', code);
    if (isFault) this.span.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.onEnd();
    this.span.end();
  }
}

function toContext(place: SpanContext): Context {
  return trace.setSpanContext(ROOT_CONTEXT, place);
}
