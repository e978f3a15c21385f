import { z } from 'zod';
import { commaList, doc, httpUrl, integer } from './setting-types.js';

const protocol = z.enum(['http/json', 'http/protobuf'], 'must be http/json or http/protobuf');
const compression = z.enum(['gzip', 'none'], 'must be gzip or none');
const milliseconds = integer(1, 600_000);
const spans = integer(1, 1_000_000);

/** `key=value,key=value`, percent-encoded as https://www.w3.org/TR/baggage/#header-content says. */
const pairs = commaList.transform((items, context): Readonly<Record<string, string>> => {
  const entries = items.map(decodePair);
  if (!entries.includes(null)) return Object.fromEntries(entries.filter((entry) => entry !== null));
  context.addIssue({
    code: 'custom',
    message: 'must be key=value pairs, percent-encoded, with commas between',
  });
  return z.NEVER;
});

function decodePair(text: string): readonly [string, string] | null {
  const [, key, value = ''] = /^([^=\s]+)\s*=\s*([^\s;]*)$/.exec(text) ?? [];
  try {
    return key === undefined ? null : [key, decodeURIComponent(value)];
  } catch {
    return null;
  }
}

/** The settings of OpenTelemetry, with its names and values (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). */
export const tracing = {
  OTEL_TRACES_EXPORTER: z
    .enum(['otlp', 'none'], 'must be otlp or none')
    .optional()
    .meta(doc('`otlp` sends traces, `none` does not.', '`otlp` if one of the endpoints is set, else `none`')),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl
    .optional()
    .meta(
      doc(
        'Base URL of the collector: traces are posted to `/v1/traces` below it.',
        '`http://localhost:4318`',
      ),
    ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl
    .optional()
    .meta(doc('URL that traces are posted to.', '`/v1/traces` of `OTEL_EXPORTER_OTLP_ENDPOINT`')),
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol
    .prefault('http/json')
    .meta(doc('Format of the traces: `http/json` or `http/protobuf`.')),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol
    .optional()
    .meta(doc('The same, with precedence.', '`OTEL_EXPORTER_OTLP_PROTOCOL`')),
  OTEL_EXPORTER_OTLP_HEADERS: pairs
    .optional()
    .meta(doc('Headers for the collector, such as `authorization=Bearer%20…`.', 'none')),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: pairs.optional().meta(doc('Further headers, with precedence.', 'none')),
  OTEL_EXPORTER_OTLP_COMPRESSION: compression
    .prefault('none')
    .meta(doc('`gzip` compresses what is sent to the collector.')),
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: compression
    .optional()
    .meta(doc('The same, with precedence.', '`OTEL_EXPORTER_OTLP_COMPRESSION`')),
  OTEL_EXPORTER_OTLP_TIMEOUT: milliseconds
    .prefault('10000')
    .meta(doc('How long the collector may take to accept spans, with further attempts, in milliseconds.')),
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: milliseconds
    .optional()
    .meta(doc('The same, with precedence.', '`OTEL_EXPORTER_OTLP_TIMEOUT`')),
  OTEL_SERVICE_NAME: z
    .string()
    .optional()
    .meta(
      doc('Name of the service in traces.', '`service.name` of `OTEL_RESOURCE_ATTRIBUTES`, or `gatehouse`'),
    ),
  OTEL_RESOURCE_ATTRIBUTES: pairs
    .optional()
    .meta(
      doc('Attributes of all traces of this process, such as `deployment.environment.name=test`.', 'none'),
    ),
  OTEL_TRACES_SAMPLER: z
    .enum(
      [
        'always_on',
        'always_off',
        'traceidratio',
        'parentbased_always_on',
        'parentbased_always_off',
        'parentbased_traceidratio',
      ],
      'must be a sampler of OpenTelemetry such as parentbased_traceidratio',
    )
    .prefault('parentbased_always_on')
    .meta(
      doc(
        'Which traces are recorded. A large fleet needs `parentbased_traceidratio`, since each heartbeat is a trace.',
      ),
    ),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(?:0?\.\d+|[01](?:\.0*)?)$/, 'must be a number from 0 to 1')
    .transform(Number)
    .prefault('1')
    .meta(doc('Share of the traces that `traceidratio` records, from 0 to 1.')),
  OTEL_PROPAGATORS: commaList
    .refine(
      (names) => names.every((name) => ['tracecontext', 'baggage', 'none'].includes(name)),
      'must be tracecontext, baggage or none',
    )
    .prefault('tracecontext')
    .meta(
      doc(
        'With `tracecontext`, a request continues the trace that the header `traceparent` names if it comes from a proxy of `TRUST_PROXY`, and else links to it. Baggage is not used.',
      ),
    ),
  OTEL_BSP_MAX_QUEUE_SIZE: spans
    .prefault('2048')
    .meta(doc('Spans that wait to be sent; further ones are dropped.')),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: spans.prefault('512').meta(doc('Spans that are sent together.')),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds
    .prefault('5000')
    .meta(doc('How long spans wait for others, in milliseconds.')),
  OTEL_BSP_EXPORT_TIMEOUT: milliseconds
    .prefault('30000')
    .meta(doc('After this time, further spans no longer wait for those being sent, in milliseconds.')),
  OTEL_SDK_DISABLED: z
    .enum(['true', 'false'], 'must be true or false')
    .prefault('false')
    .meta(doc('`true` switches traces off.')),
};

const Parsed = z.object(tracing);

/** How traces are sampled and sent. */
export interface TraceSettings {
  /** Where spans are posted. */
  readonly url: string;
  readonly protocol: z.output<typeof protocol>;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: z.output<typeof compression>;
  readonly timeoutMs: number;
  /** Attributes of the process, with its `service.name`. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: z.output<typeof tracing.OTEL_TRACES_SAMPLER>;
  /** The share of traces that `traceidratio` records, from 0 to 1. */
  readonly ratio: number;
  /** Whether requests may continue the trace of a trusted proxy. */
  readonly readsTraceparent: boolean;
  readonly queue: {
    readonly maxSpans: number;
    readonly maxBatch: number;
    readonly delayMs: number;
    readonly timeoutMs: number;
  };
}

/** The parsed settings in one object; null where no traces are sent. */
export function traceSettings(parsed: z.output<typeof Parsed>): TraceSettings | null {
  const endpoint = parsed.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? parsed.OTEL_EXPORTER_OTLP_ENDPOINT;
  const exporter = parsed.OTEL_TRACES_EXPORTER ?? (endpoint === undefined ? 'none' : 'otlp');
  if (exporter === 'none' || parsed.OTEL_SDK_DISABLED === 'true') return null;
  const base = parsed.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318';
  const resource = { 'service.name': 'gatehouse', ...parsed.OTEL_RESOURCE_ATTRIBUTES };
  return {
    url: parsed.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? `${base.replace(/\/+$/, '')}/v1/traces`,
    protocol: parsed.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? parsed.OTEL_EXPORTER_OTLP_PROTOCOL,
    headers: { ...parsed.OTEL_EXPORTER_OTLP_HEADERS, ...parsed.OTEL_EXPORTER_OTLP_TRACES_HEADERS },
    compression: parsed.OTEL_EXPORTER_OTLP_TRACES_COMPRESSION ?? parsed.OTEL_EXPORTER_OTLP_COMPRESSION,
    timeoutMs: parsed.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT ?? parsed.OTEL_EXPORTER_OTLP_TIMEOUT,
    resource:
      parsed.OTEL_SERVICE_NAME === undefined
        ? resource
        : { ...resource, 'service.name': parsed.OTEL_SERVICE_NAME },
    sampler: parsed.OTEL_TRACES_SAMPLER,
    ratio: parsed.OTEL_TRACES_SAMPLER_ARG,
    readsTraceparent: parsed.OTEL_PROPAGATORS.includes('tracecontext'),
    queue: {
      maxSpans: parsed.OTEL_BSP_MAX_QUEUE_SIZE,
      maxBatch: parsed.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
      delayMs: parsed.OTEL_BSP_SCHEDULE_DELAY,
      timeoutMs: parsed.OTEL_BSP_EXPORT_TIMEOUT,
    },
  };
}

/** Settings of OpenTelemetry that the gateway does not have, such as those of its own metrics. */
export const ignoredTraceSettings = (env: Readonly<Record<string, string | undefined>>): string[] =>
  Object.keys(env).filter(
    (name) => name.startsWith('OTEL_') && env[name] !== '' && !Object.hasOwn(tracing, name),
  );
