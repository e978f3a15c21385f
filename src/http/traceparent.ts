import type { IncomingMessage } from 'node:http';
import type { SpanContext } from '../tracing/tracing.js';

/** https://www.w3.org/TR/trace-context/#traceparent-header. Later versions may append fields. */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-|$)/;

/** The span of the client that sent a request; null without a valid header. */
export function traceparentOf({ headers }: IncomingMessage): SpanContext | null {
  const { traceparent } = headers;
  if (typeof traceparent !== 'string') return null;
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent) ?? [];
  return traceId === '' ? null : { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1 };
}
