import type { Registry } from 'prom-client';
import { counter, gauge } from './readings.js';
import type { Sources } from './sources.js';

export function declareLive(registry: Registry, { live }: Sources): void {
  gauge(registry, {
    name: 'gatehouse_live_sockets',
    help: 'Open WebSockets.',
    read: () => live.counts.sockets,
  });
  gauge(registry, {
    name: 'gatehouse_live_subscribers',
    help: 'Open subscriptions.',
    read: () => live.counts.subscribers,
  });
  gauge(registry, {
    name: 'gatehouse_live_groups',
    help: 'Groups of subscribers that share their messages.',
    read: () => live.counts.groups,
  });
  counter(registry, {
    name: 'gatehouse_live_events_total',
    help: 'Events that were executed for groups of subscribers.',
    read: () => live.counts.events,
  });
  counter(registry, {
    name: 'gatehouse_live_messages_total',
    help: 'Messages that groups of subscribers were sent.',
    read: () => live.counts.messages,
  });
  counter(registry, {
    name: 'gatehouse_live_deliveries_total',
    help: 'Reads of new events for a group of subscribers.',
    read: () => live.counts.reads,
  });
  counter(registry, {
    name: 'gatehouse_live_delivery_seconds_total',
    help: 'Time from the start of these reads until all members of the group were sent the messages.',
    read: () => live.counts.ms / 1000,
  });
  counter(registry, {
    name: 'gatehouse_live_sockets_closed_total',
    help: 'WebSockets that were closed because their client was too slow, or because its address had too many.',
    label: 'reason',
    read: () => live.counts.closed,
  });
}
