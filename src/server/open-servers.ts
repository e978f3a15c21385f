import { setTimeout } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { createPipeline } from '../graphql/execution/traced-pipeline.js';
import { createLiveServer } from '../graphql/sockets/live-server.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Services } from '../services.js';
import { ConnectionLimit, maxConnections } from './connection-limit.js';
import { createHttpServer } from './http-server.js';
import { type Listener, listen } from './listen.js';
import { listenForScrapes, openMetrics } from './metrics.js';
import { inTurns } from './overload.js';

/** Where a gateway listens. */
export interface OpenPorts {
  readonly ports: readonly number[];
  /** Of metrics that have a port of their own; else null. */
  readonly metricsPort: number | null;
}

/**
 * Serves HTTP and WebSockets on the configured ports, and metrics.
 * @param resources gets what must be closed again.
 * @throws StartError when a port is in use or not permitted.
 */
export async function openServers(
  services: Services,
  schema: GraphQLSchema,
  log: Logger,
  resources: AsyncDisposableStack,
): Promise<OpenPorts> {
  const { config, health } = services;
  const metrics = await openMetrics(config);
  const pipeline = createPipeline(services, schema, log, metrics?.operations);
  const app = await createHttpServer(services, pipeline, log, metrics);
  resources.defer(() => app.close());
  const live = createLiveServer(services, pipeline, log);
  const listeners: Listener[] = [];
  // All at once: clients that are disconnected from one port must not reconnect to another one.
  resources.defer(async () => {
    health.isStopping = true;
    await setTimeout(config.DRAIN_DELAY);
    await Promise.all([...listeners, live].map((server) => server.close()));
  });
  const connections = new ConnectionLimit(await maxConnections());
  const served = { requests: inTurns(app, services), connections, live, log: app.log };
  const timeouts = { keepAliveMs: config.KEEP_ALIVE_TIMEOUT, drainMs: config.DRAIN_TIMEOUT };
  for (const port of config.PORTS) listeners.push(await listen(served, config.HOST, port, timeouts));
  metrics?.observe({ services, pipeline, live, connections: () => sumOfConnections(listeners) });
  const metricsPort = await listenForMetrics(metrics, config, resources);
  return { ports: listeners.map(({ port }) => port), metricsPort };
}

/** @returns the port of their own; null if they have none. */
async function listenForMetrics(
  metrics: Metrics | null,
  { HOST, METRICS_PORT }: Config,
  resources: AsyncDisposableStack,
): Promise<number | null> {
  if (!metrics || METRICS_PORT === undefined) return null;
  const { port, close } = await listenForScrapes(metrics, HOST, METRICS_PORT);
  resources.defer(close);
  return port;
}

async function sumOfConnections(listeners: readonly Listener[]): Promise<number> {
  const counts = await Promise.all(listeners.map((listener) => listener.connections()));
  return counts.reduce((sum, count) => sum + count, 0);
}
