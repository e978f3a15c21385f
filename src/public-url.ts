import type { FastifyRequest } from 'fastify';
import type { Config } from './config.js';

/** Base of absolute links in answers, without a trailing slash: as configured, else as the client called us. */
export const publicUrl = (config: Config, request: FastifyRequest): string =>
  config.PUBLIC_URL ?? `${request.protocol}://${request.host}`;
