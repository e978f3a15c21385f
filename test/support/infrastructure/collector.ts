import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { eventually } from '../eventually.js';

const Value = z.union([
  z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z.object({ intValue: z.coerce.number() }).transform(({ intValue }) => intValue),
  z.object({ boolValue: z.boolean() }).transform(({ boolValue }) => boolValue),
]);
const Attributes = z
  .array(z.object({ key: z.string(), value: Value }))
  .transform((attributes) => Object.fromEntries(attributes.map(({ key, value }) => [key, value])));

/** https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              kind: z.number(),
              attributes: Attributes,
              links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
              status: z.object({ code: z.number().default(0) }),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** A span as the collector received it. */
export type CollectedSpan = z.output<
  typeof Export
>['resourceSpans'][number]['scopeSpans'][number]['spans'][number];

export type Collector = Awaited<ReturnType<typeof startCollector>>;

/** A collector of traces: a server for OTLP over HTTP, in JSON. */
/** @param port 0 picks a free one. */
export async function startCollector(port = 0) {
  const spans: CollectedSpan[] = [];
  const resources: Record<string, string | number | boolean>[] = [];
  let authorization: string | undefined;
  const server = createServer((request, response) => {
    authorization = request.headers.authorization;
    void json(request).then((body) => {
      for (const { resource, scopeSpans } of Export.parse(body).resourceSpans) {
        resources.push(resource.attributes);
        spans.push(...scopeSpans.flatMap((scope) => scope.spans));
      }
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The collector has no port.');
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    spans,
    resources,
    /** The header of the latest export. */
    get authorization() {
      return authorization;
    },
    /** The first span that matches, once it has arrived. */
    async find(matches: (span: CollectedSpan) => boolean): Promise<CollectedSpan> {
      await eventually(async () => spans.some(matches));
      const found = spans.find(matches);
      if (!found) throw new Error('The span is gone.');
      return found;
    },
    /** All spans of the trace of a span, as lines with the names of their ancestors, sorted. */
    paths({ traceId }: CollectedSpan): string[] {
      const trace = spans.filter((span) => span.traceId === traceId);
      const path = (span: CollectedSpan): string => {
        const parent = trace.find(({ spanId }) => spanId === span.parentSpanId);
        return parent ? `${path(parent)} > ${span.name}` : span.name;
      };
      return trace.map(path).toSorted();
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
