import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Config } from '../config.js';
import type { OperationMeter } from '../graphql/execution/pipeline.js';
import { TrustedDocuments } from '../graphql/execution/trusted-documents.js';
import { bearerToken } from '../sessions/tokens/token-headers.js';
import { declareDatabase } from './database.js';
import { GraphqlOperations } from './graphql-operations.js';
import { declareHealth } from './health.js';
import { measureRequests } from './http-requests.js';
import { declareJobs } from './jobs.js';
import { declareLive } from './live.js';
import { declarePresence } from './presence.js';
import { declareProcess } from './process.js';
import type { Sources } from './sources.js';
import { declareStorage } from './storage.js';

/** What is read with each scrape. */
const READINGS = [
  declareProcess,
  declareHealth,
  declarePresence,
  declareLive,
  declareDatabase,
  declareStorage,
  declareJobs,
];

/** The response to a scrape. */
export interface Scrape {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Everything that is measured, in the text format of Prometheus. */
export class Metrics {
  readonly operations: OperationMeter;
  readonly #registry = new Registry();
  readonly #token: string | undefined;
  #reading: Promise<string> | null = null;

  constructor(config: Config) {
    this.#token = config.METRICS_TOKEN;
    collectDefaultMetrics({ register: this.#registry });
    this.operations = new GraphqlOperations(this.#registry, TrustedDocuments.read(config).operationNames());
  }

  /** Measures the requests of a server whose routes are registered later. */
  measureRequests(app: FastifyInstance): void {
    measureRequests(app, this.#registry);
  }

  /** Reads these parts of the gateway with each scrape. */
  observe(sources: Sources): void {
    for (const declare of READINGS) declare(this.#registry, sources);
  }

  /** @param authorization header of the request, if the settings have a token. */
  async scrape(authorization: string | undefined): Promise<Scrape> {
    if (this.#token !== undefined && !isEqual(bearerToken(authorization) ?? '', this.#token)) {
      return { status: 401, headers: { 'www-authenticate': 'Bearer' }, body: 'A token is required.\n' };
    }
    // Scrapes at a time share one reading.
    this.#reading ??= this.#registry.metrics().finally(() => {
      this.#reading = null;
    });
    return {
      status: 200,
      headers: { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE },
      body: await this.#reading,
    };
  }
}

/** In a time that does not depend on where they differ. */
const isEqual = (one: string, other: string): boolean =>
  timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
