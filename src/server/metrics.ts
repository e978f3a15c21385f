import { createServer, type Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import type { Metrics, Scrape } from '../metrics/metrics.js';
import { listenOn } from './acceptors.js';

const PATH = '/metrics';
/** Scrapers need a few. */
const MAX_CONNECTIONS = 50;

/** Null unless the settings ask for metrics: the library is loaded only then. */
export async function openMetrics(config: Config): Promise<Metrics | null> {
  if (config.METRICS_PORT === undefined && config.METRICS_TOKEN === undefined) return null;
  const { Metrics } = await import('../metrics/metrics.js');
  return new Metrics(config);
}

/** `/metrics` beside the APIs. */
export function registerMetrics(app: FastifyInstance, metrics: Metrics): void {
  app.get(PATH, async (request, reply) => {
    const { status, headers, body } = await metrics.scrape(request.headers.authorization);
    return reply.code(status).headers(headers).send(body);
  });
}

/** `/metrics` alone, on a port of its own. */
export async function listenForScrapes(
  metrics: Metrics,
  host: string,
  port: number,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer(async ({ url = '', headers }, response) => {
    const isKnown = url.replace(/\?.*/s, '') === PATH;
    const scrape = isKnown ? await metrics.scrape(headers.authorization).catch(() => failed) : notFound;
    response.writeHead(scrape.status, scrape.headers).end(scrape.body);
  });
  server.maxConnections = MAX_CONNECTIONS;
  return { port: await listenOn(server, 'METRICS_PORT', host, port), close: () => close(server) };
}

/** Such as without a free file descriptor. */
const failed: Scrape = { status: 500, headers: {}, body: 'The metrics cannot be read.\n' };
const notFound: Scrape = { status: 404, headers: {}, body: `Metrics are at ${PATH}.\n` };

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
}
