import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Counter, type Registry } from 'prom-client';
import { dialectAt } from '../legacy/index.js';
import { DurationHistogram } from './duration-histogram.js';

/** The route of requests that match none. */
const NO_ROUTE = 'none';

/** Measures the requests of a server whose routes are registered later. Preflight requests are left out. */
export function measureRequests(app: FastifyInstance, registry: Registry): void {
  const durations = new DurationHistogram({
    name: 'gatehouse_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its response, by API and route. The count is that of all requests.',
    labelNames: ['api', 'route'],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'gatehouse_http_request_failures_total',
    help: 'Requests that were refused or failed, by API, route and code. FAULT is an unexpected error.',
    labelNames: ['api', 'route', 'code'],
    registers: [registry],
  });
  const measurement = (route: string) => {
    const api = apiOf(route);
    const duration = durations.series({ api, route });
    // An increase is seen from a value before it only.
    failures.labels(api, route, 'FAULT').inc(0);
    return (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
      if (request.method !== 'OPTIONS') {
        duration.observe(reply.elapsedTime);
        const code = failureCodeOf(request, reply);
        if (code !== null) failures.labels(api, route, code).inc();
      }
      done();
    };
  };
  const byRoute = new Map<string, ReturnType<typeof measurement>>();
  app.addHook('onRoute', (options) => {
    const measure = byRoute.get(options.url) ?? measurement(options.url);
    byRoute.set(options.url, measure);
    options.onResponse = [...[options.onResponse ?? []].flat(), measure];
  });
  const measureUnmatched = measurement(NO_ROUTE);
  app.addHook('onResponse', (request, reply, done) => {
    if (request.is404) measureUnmatched(request, reply, done);
    else done();
  });
}

/** A legacy API may answer a failure with status 200. */
function failureCodeOf({ failureCode }: FastifyRequest, { statusCode }: FastifyReply): string | null {
  if (failureCode !== null) return failureCode;
  if (statusCode < 400) return null;
  return statusCode === 500 ? 'FAULT' : `HTTP_${statusCode}`;
}

const prefixes = {
  '/graphql': 'graphql',
  '/dist/': 'downloads',
  '/health/': 'health',
  '/metrics': 'metrics',
};

function apiOf(route: string): string {
  const dialect = dialectAt(route.replace(/(?<=.)\/$/, ''));
  if (dialect) return dialect.sessionPolicy.api;
  const [, api] = Object.entries(prefixes).find(([prefix]) => route.startsWith(prefix)) ?? [];
  return api ?? (route === NO_ROUTE ? NO_ROUTE : 'pages');
}
