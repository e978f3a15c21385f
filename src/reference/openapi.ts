import { TOKEN_HEADERS } from '../sessions/tokens/token-headers.js';
import type { Api, Endpoint } from './apis.js';
import { failureSchema, failureSchemaName, responses } from './openapi-responses.js';

/**
 * The OpenAPI 3.1 document of the legacy APIs, generated from what their routes declare.
 * @param serverUrl without a trailing slash.
 */
export function openApi(apis: readonly Api[], serverUrl: string) {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Gatehouse legacy APIs',
      version: '1.0.0',
      description:
        'Every path accepts POST only. Parameters are read from the body (JSON, urlencoded or multipart form) and from the query; the body takes precedence. Unknown parameters are ignored.',
    },
    servers: [{ url: serverUrl }],
    tags: apis.map((api) => ({ name: api.name, description: describeApi(api) })),
    paths: Object.fromEntries(
      apis.flatMap((api) =>
        api.endpoints.map((endpoint) => [endpoint.path, { post: operation(api, endpoint) }]),
      ),
    ),
    components: {
      schemas: Object.fromEntries(apis.map((api) => [failureSchemaName(api), failureSchema(api)])),
      parameters: {
        deviceId: {
          name: 'X-Device-Id',
          in: 'header',
          description: 'Id of the device, at most 128 characters.',
          schema: { type: 'string', maxLength: 128 },
        },
      },
      headers: {
        retryAfter: {
          description: 'Seconds until the same request may succeed. Sent with failures of a rate limit.',
          schema: { type: 'integer', minimum: 1 },
        },
      },
      securitySchemes: Object.fromEntries(
        TOKEN_HEADERS.map((name) => [
          name,
          {
            type: 'apiKey',
            in: 'header',
            name,
            description: 'A token of any API, with or without the prefix `Bearer `.',
          },
        ]),
      ),
    },
  };
}

/** The description of an API, in Markdown: its summary and its failures. */
function describeApi({ summary, failures }: Api): string {
  const rows = failures.map(
    ({ code, response: { status, body } }) => `| ${code} | ${status} | \`${JSON.stringify(body)}\` |`,
  );
  return [summary, '', '| code | HTTP status | body |', '| --- | --- | --- |', ...rows].join('\n');
}

function operation(api: Api, endpoint: Endpoint) {
  const { path, route } = endpoint;
  const operationId = [api.name, ...path.split('/').filter(Boolean)].join('_');
  return {
    operationId: operationId.replaceAll(/[^\w]/g, '_'),
    tags: [api.name],
    summary: route.summary,
    // The documented header comes first; all token headers are accepted.
    ...(route.token && {
      security: [...new Set([route.token, ...TOKEN_HEADERS])].map((name) => ({ [name]: [] })),
    }),
    ...request(endpoint),
    responses: responses(api, endpoint),
  };
}

function request({ route, isUpload, parameters }: Endpoint) {
  const deviceId = { $ref: '#/components/parameters/deviceId' };
  if (route.sentIn === 'query') {
    const example = (name: string) => Object.entries(route.sample.request).find(([key]) => key === name)?.[1];
    return {
      parameters: [
        ...parameters.map((parameter) => ({ ...parameter, in: 'query', example: example(parameter.name) })),
        deviceId,
      ],
    };
  }
  if (parameters.length === 0) return { parameters: [deviceId] };
  const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(
      parameters.map(({ name, description, schema }) => [name, { description, ...schema }]),
    ),
    ...(required.length > 0 && { required }),
  };
  const content = { schema, example: route.sample.request };
  const types = isUpload
    ? ['multipart/form-data']
    : ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];
  return {
    parameters: [deviceId],
    requestBody: { content: Object.fromEntries(types.map((type) => [type, content])) },
  };
}
