import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { answerInTime } from '../lib/answer-in-time';
import { findVersion } from '../version';
import { OtelTracing } from './otel-tracing';
import type { Tracing } from './tracing';

/** How long the last traces may take to be sent when the server stops. */
const STOP_MS = 5_000;

/**
 * Traces that are sent to a collector by OTLP over HTTP, in JSON. The packages read the other standard variables
 * themselves: headers, certificates, the sampler, the sizes of batches, the resource's attributes.
 */
export function createOtelTracing(endpoint: string, onError: (error: unknown) => void): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const resource = resourceFromAttributes({ 'service.name': 'amicus', 'service.version': findVersion() });
  const provider = new NodeTracerProvider({
    resource: resource.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(tellFailures(exporter, onError))],
  });
  return new OtelTracing(provider.getTracer('amicus', findVersion()), async () => {
    // What could not be sent is told where it is sent.
    await answerInTime(provider.shutdown(), STOP_MS);
  });
}

/** Once for each time that the collector cannot be reached any more; the traces of that time are lost. */
function tellFailures(exporter: SpanExporter, onError: (error: unknown) => void): SpanExporter {
  let isFailing = false;
  return {
    export: (spans, onResult) => {
      exporter.export(spans, (result) => {
        const hasFailed = result.error !== undefined;
        if (hasFailed && !isFailing) onError(result.error);
        isFailing = hasFailed;
        onResult(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
