import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../../errors.js';
import type { Context } from '../context.js';
import type { DocumentLimits } from '../execution/document-limits.js';
import { REMEMBERED_CHARACTERS } from '../execution/execute.js';
import { payerOf } from '../execution/payer.js';

/** Lets the senders of operations over HTTP pay for them, before they run. */
export class HttpCosts {
  /** Documents that are right, and were paid for: fewer than Apollo Server remembers. */
  readonly #known = new LRUCache<string, true>({
    maxSize: REMEMBERED_CHARACTERS,
    sizeCalculation: (_known, source) => source.length + 1,
  });

  constructor(private readonly limits: DocumentLimits) {}

  /** Refuses a new document of who has sent too many. @throws GraphQLError THROTTLED, with its status and header */
  async requireReadable(source: string, { services, caller, client }: Context): Promise<void> {
    if (this.#known.has(source)) return;
    await services.costs.requireReadable(payerOf(caller, client)).catch(refuseOverHttp);
  }

  plugin(): ApolloServerPlugin<Context> {
    return {
      requestDidStart: async ({ contextValue: { services, caller, client } }) => {
        const payer = payerOf(caller, client);
        return {
          // Only of documents that are not remembered. Whoever has spent too much is refused the next new one.
          async parsingDidStart({ source }) {
            await services.costs.read(payer, source).catch(() => {});
          },
          didResolveOperation: async ({ source, operation }) => {
            this.#known.set(source, true);
            if (!operation) return;
            await services.costs.run(payer, this.limits.costOf(operation)).catch(refuseOverHttp);
          },
        };
      },
    };
  }
}

function refuseOverHttp(error: unknown): never {
  if (!(error instanceof DomainError)) throw error;
  const headers = new HeaderMap([['retry-after', String(error.details.retryAfter ?? 1)]]);
  throw new GraphQLError(error.message, {
    originalError: error,
    extensions: { http: { status: 429, headers } },
  });
}
