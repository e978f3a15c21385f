import { getHeapStatistics } from 'node:v8';
import type { Registry } from 'prom-client';
import { gatewayVersion } from '../gateway-version.js';
import { HealthComponent } from '../health.js';
import { hashQueue } from '../users/password-hash.js';
import { gauge } from './readings.js';
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
    name: 'gatehouse_health_problem',
    help: '1 for a component that does not work as usual, else 0.',
    label: 'component',
    read() {
      const failing = new Set(services.health.problems.map(({ component }) => component));
      return new Map(Object.values(HealthComponent).map((one) => [one, Number(failing.has(one))]));
    },
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
  gauge(registry, {
    name: 'gatehouse_queue_length',
    help: 'What waits for its turn, by queue.',
    label: 'queue',
    read: () =>
      new Map([
        ['first_heartbeats', services.heartbeats.counts.waiting],
        ['graphql_operations', pipeline.waiting],
        ['passwords', hashQueue().waiting],
        ['sessions', services.sessions.waiting],
        ['unsaved_transitions', services.heartbeats.counts.transitions.unsaved],
      ]),
  });
}
