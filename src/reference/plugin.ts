import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import { publicUrl } from '../http/public-url.js';
import { dialects } from '../legacy/index.js';
import { apiPage } from './api-page.js';
import { describeApis } from './apis.js';
import { errorsPage } from './errors-page.js';
import { sendPage } from './layout.js';
import { openApi } from './openapi.js';
import { style } from './style.js';

/** The API reference for client developers: pages under `/reference`, and `/openapi.json` for tools. */
export function registerReference(app: FastifyInstance, config: Config): void {
  const apis = describeApis(dialects);
  app.get('/openapi.json', async (request) => openApi(apis, publicUrl(config, request)));
  app.get('/reference', async (request, reply) => sendPage(reply, apiPage(apis, publicUrl(config, request))));
  app.get('/reference/errors', async (_request, reply) => sendPage(reply, errorsPage(apis)));
  app.get('/reference/style.css', async (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', 'no-cache').send(style),
  );
}
