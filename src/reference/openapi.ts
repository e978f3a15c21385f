import { TOKEN_HEADERS } from '../sessions/token-signer.js';
import type { Api, Endpoint } from './apis.js';
import { failureSchema, failureSchemaName, responses } from './openapi-responses.js';

/**
 * OpenAPI 3.1 of the legacy APIs, made of what their routes declare.
 * @param serverUrl without a trailing slash.
 */
export function openApi(apis: readonly Api[], serverUrl: string) {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Gatehouse: the legacy APIs',
      version: '1.0.0',
      description:
        'Parameters are taken from the body (JSON, urlencoded or multipart form) and from the query, body first. Every path answers a POST. Unknown parameters are ignored.',
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
          description: 'Names the device of the session, 128 characters at most.',
          schema: { type: 'string', maxLength: 128 },
        },
      },
      headers: {
        retryAfter: {
          description: 'Sent with a refusal for a rate limit: seconds until the same request may succeed.',
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
            description: 'The token of any API, with or without `Bearer ` in front.',
          },
        ]),
      ),
    },
  };
}

/** With the table of its failures, in Markdown. */
function describeApi({ summary, failures }: Api): string {
  const rows = failures.map(
    ({ code, answer: { status, body } }) => `| ${code} | ${status} | \`${JSON.stringify(body)}\` |`,
  );
  return [summary, '', '| error | HTTP status | body |', '| --- | --- | --- |', ...rows].join('\n');
}

function operation(api: Api, endpoint: Endpoint) {
  const { path, route } = endpoint;
  const operationId = [api.name, ...path.split('/').filter(Boolean)].join('_');
  return {
    operationId: operationId.replaceAll(/[^\w]/g, '_'),
    tags: [api.name],
    summary: route.summary,
    // The documented header comes first; the token is taken in any of them.
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
  const form = { schema, example: route.sample.request };
  const types = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];
  return {
    parameters: [deviceId],
    requestBody: {
      content: Object.fromEntries((isUpload ? types.slice(-1) : types).map((type) => [type, form])),
    },
  };
}
