import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { ExportResultCode } from '@opentelemetry/core';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { TraceSettings } from '../settings/trace-settings.js';
import { OpenTelemetry } from './open-telemetry.js';
import type { Tracing } from './tracing.js';

/** How long the last spans may take to be sent. */
const LAST_EXPORT_MS = 2000;

/** Longer values, such as the text of a statement, are cut. */
const MAX_VALUE_LENGTH = 4096;

type Log = Pick<Logger, 'info' | 'warn'>;

/** Tracing in use. */
export interface OpenedTracing {
  readonly tracing: Tracing;
  /** Sends the last spans, for a limited time. */
  close(): Promise<void>;
}

/**
 * Opens the tracing of a process. Nothing waits for the collector: spans that it does not accept in time are dropped.
 * @param log has one line when spans cannot be sent, and one when they can again.
 */
export async function openTracing(settings: TraceSettings, log: Log): Promise<OpenedTracing> {
  const { queue, resource } = settings;
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'host.name': hostname(), 'process.pid': process.pid, ...resource }),
    sampler: samplerOf(settings),
    spanLimits: { attributeValueLengthLimit: MAX_VALUE_LENGTH },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: reporting(await createExporter(settings), log),
        maxQueueSize: queue.maxSpans,
        maxExportBatchSize: queue.maxBatch,
        scheduledDelayMillis: queue.delayMs,
        exportTimeoutMillis: queue.timeoutMs,
      }),
    ],
  });
  return {
    tracing: new OpenTelemetry(provider.getTracer('gatehouse')),
    async close() {
      const sent = provider.shutdown().catch(() => {});
      await Promise.race([sent, setTimeout(LAST_EXPORT_MS, undefined, { ref: false })]);
    },
  };
}

async function createExporter(settings: TraceSettings): Promise<SpanExporter> {
  const { url, headers, compression, timeoutMs } = settings;
  const { OTLPTraceExporter } =
    settings.protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter({
    url,
    headers,
    timeoutMillis: timeoutMs,
    compression: compression === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
    // Otherwise the library would read further settings from the environment.
    keepAlive: true,
  });
}

/** Reports the first of several failures in a row, and the success after them. */
function reporting(exporter: SpanExporter, log: Log): SpanExporter {
  let isFailing = false;
  return {
    export(spans, callback) {
      exporter.export(spans, (result) => {
        const failed = result.code !== ExportResultCode.SUCCESS;
        if (failed && !isFailing) log.warn({ err: result.error }, 'traces cannot be sent, and are dropped');
        if (!failed && isFailing) log.info('traces are sent again');
        isFailing = failed;
        callback(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

function samplerOf({ sampler, ratio }: TraceSettings): Sampler {
  switch (sampler) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}
