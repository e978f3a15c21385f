import type { FastifyInstance } from 'fastify';
import type { SigningKeys } from '../sessions/tokens/signing-keys.js';

/** Verifiers ask again when a token names a key that they do not know. */
const MAX_AGE_S = 300;

/** `/.well-known/jwks.json`: the keys with which other services verify tokens of GraphQL (RFC 7517, 5). */
export function registerJwks(app: FastifyInstance, { published }: SigningKeys): void {
  app.get('/.well-known/jwks.json', (_request, reply) => {
    reply.header('cache-control', `public, max-age=${MAX_AGE_S}`).type('application/jwk-set+json');
    return reply.send({ keys: published });
  });
}
