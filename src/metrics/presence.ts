import type { Registry } from 'prom-client';
import { counter, gauge } from './readings.js';
import type { Sources } from './sources.js';

export function declarePresence(registry: Registry, { services: { heartbeats } }: Sources): void {
  gauge(registry, {
    name: 'gatehouse_devices_online',
    help: 'Devices that are online, on any node.',
    read: () => heartbeats.counts.online,
  });
  gauge(registry, {
    name: 'gatehouse_devices_known',
    help: 'Devices that this node has in memory, online or not.',
    read: () => heartbeats.counts.known,
  });
  gauge(registry, {
    name: 'gatehouse_presence_degraded',
    help: '1 while devices may be shown online that are not, or the reverse: Redis is away, or many expiries are held.',
    read: () => Number(heartbeats.degraded),
  });
  counter(registry, {
    name: 'gatehouse_heartbeats_total',
    help: 'Heartbeats that this node accepted, over all APIs.',
    read: () => heartbeats.counts.heartbeats,
  });
  counter(registry, {
    name: 'gatehouse_presence_transitions_total',
    help: 'Devices of all nodes that came online or went offline.',
    label: 'to',
    read() {
      const { online, offline } = heartbeats.counts.transitions;
      return new Map(Object.entries({ online, offline }));
    },
  });
}
