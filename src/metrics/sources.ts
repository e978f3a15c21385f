import type { Pipeline } from '../graphql/execution/pipeline.js';
import type { LiveServer } from '../graphql/sockets/live-server.js';
import type { Services } from '../services.js';

/** The parts of the gateway that are read with each scrape. */
export interface Sources {
  readonly services: Services;
  readonly pipeline: Pick<Pipeline, 'waiting'>;
  readonly live: Pick<LiveServer, 'counts'>;
  /** The number of open connections. */
  connections(): Promise<number>;
}
