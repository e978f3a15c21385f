import type { Registry } from 'prom-client';
import { type ComponentStatus, HealthComponent } from '../health/health.js';
import { counter, gauge } from './readings.js';
import type { Sources } from './sources.js';

/** What the gateway works with over a network or a process boundary. */
const ENGINES = [
  HealthComponent.DATABASE,
  HealthComponent.REDIS,
  HealthComponent.STORAGE,
  HealthComponent.SMS,
];

export function declareHealth(registry: Registry, { services }: Sources): void {
  const { health } = services;
  const byEngine = (value: (status: ComponentStatus) => number | null) => () =>
    new Map(
      ENGINES.flatMap((component): [string, number][] => {
        const read = value(health.statusOf(component));
        return read === null ? [] : [[component, read]];
      }),
    );
  gauge(registry, {
    name: 'gatehouse_health_problem',
    help: '1 for a component that does not work as usual, else 0.',
    label: 'component',
    read() {
      const failing = new Set(health.problems.map(({ component }) => component));
      return new Map(Object.values(HealthComponent).map((one) => [one, Number(failing.has(one))]));
    },
  });
  gauge(registry, {
    name: 'gatehouse_engine_latency_seconds',
    help: 'How long the latest use or check of an engine took. Without engines that were not used yet.',
    label: 'component',
    read: byEngine(({ latest }) => latest && latest.tookMs / 1000),
  });
  counter(registry, {
    name: 'gatehouse_engine_failures_total',
    help: 'Uses and checks of an engine that failed.',
    label: 'component',
    read: byEngine(({ failures }) => failures),
  });
  gauge(registry, {
    name: 'gatehouse_nodes',
    help: 'Nodes that run, as this one knows.',
    read: () => services.otherNodes().length + 1,
  });
}
