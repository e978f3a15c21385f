import { getHeapStatistics } from 'node:v8';
import type { Registry } from 'prom-client';
import { gatewayVersion } from '../gateway-version.js';
import { queueLengths } from '../health/queues.js';
import { counter, gauge } from './readings.js';
import type { Sources } from './sources.js';

export function declareProcess(registry: Registry, { services, pipeline, connections }: Sources): void {
  const version = new Map([[gatewayVersion(), 1]]);
  gauge(registry, {
    name: 'gatehouse_build_info',
    help: 'Always 1; the version is in the label.',
    label: 'version',
    read: () => version,
  });
  gauge(registry, {
    name: 'gatehouse_heap_limit_bytes',
    help: 'What the heap of JavaScript may grow to.',
    read: () => getHeapStatistics().heap_size_limit,
  });
  gauge(registry, {
    name: 'gatehouse_http_connections',
    help: 'Open connections, WebSockets included.',
    read: connections,
  });
  counter(registry, {
    name: 'gatehouse_requests_shed_total',
    help: 'Requests that were refused before any API saw them, because too many others wait. Other metrics leave them out.',
    label: 'reason',
    read: () => services.shed.counts,
  });
  gauge(registry, {
    name: 'gatehouse_queue_length',
    help: 'What waits for its turn, by queue.',
    label: 'queue',
    read: async () =>
      new Map<string, number>([
        ...(await queueLengths(services)),
        ['small_requests', services.databaseTurns.waiting],
        ['graphql_operations', pipeline.waiting],
        ['logins', services.passwordLogins.waiting],
        ['captchas', services.captchaTurns.waiting],
      ]),
  });
}
