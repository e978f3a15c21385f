import type { Api, Endpoint, JsonSchema } from './apis.js';

/** The key of an API's failure schema in `components.schemas`. */
export const failureSchemaName = ({ name }: Api) => `${name}Failure`;

/** The failure envelope of an API; all its failures share it. */
export const failureSchema = ({ name, failures }: Api): JsonSchema => ({
  description: `Failure envelope of ${name}.`,
  ...schemaLike(failures[0]?.response.body),
});

/** The responses of an endpoint by HTTP status. Four of the five APIs answer failures with 200 too. */
export function responses(api: Api, { route, failures: ownFailures }: Endpoint) {
  const { status = 200, sample, binaryType } = route;
  const successes = Object.entries(sample.answers).map(([name, body]) => ({ name, body }));
  const failures = [
    ...ownFailures.map((response, index) => ({ name: `failure ${index + 1}`, ...response })),
    ...api.failures.map(({ code, response }) => ({ name: code, ...response })),
  ];
  const statuses = new Set([status, ...failures.map((failure) => failure.status)]);
  return Object.fromEntries(
    Array.from(statuses, (each) => {
      const failuresWithStatus = failures.filter((failure) => failure.status === each);
      return [
        each,
        each === status
          ? describeResponse(api, successes, failuresWithStatus, binaryType)
          : describeResponse(api, [], failuresWithStatus),
      ];
    }),
  );
}

interface Example {
  readonly name: string;
  readonly body: object;
}

function describeResponse(
  api: Api,
  successes: readonly Example[],
  failures: readonly Example[],
  binaryType?: string,
) {
  const failure = { $ref: `#/components/schemas/${failureSchemaName(api)}` };
  const schemas = [
    ...successes.map(({ body }) => schemaLike(body)),
    ...(failures.length > 0 ? [failure] : []),
  ];
  const examples = [...successes, ...failures].map(({ name, body }) => [name, { value: body }]);
  return {
    description: [successes.length > 0 && 'Success', failures.length > 0 && 'Failure']
      .filter(Boolean)
      .join(' or '),
    ...(failures.length > 0 && { headers: { 'Retry-After': { $ref: '#/components/headers/retryAfter' } } }),
    content: {
      'application/json': { schema: { anyOf: schemas }, examples: Object.fromEntries(examples) },
      ...(binaryType !== undefined && { [binaryType]: {} }),
    },
  };
}

/** A schema with the keys and types of the sample. Where the sample has null, any type is allowed. */
function schemaLike(value: unknown): JsonSchema {
  if (value === null || value === undefined) return {};
  if (Array.isArray(value)) return { type: 'array', items: schemaLike(value[0]) };
  if (typeof value !== 'object') return { type: Number.isInteger(value) ? 'integer' : typeof value };
  const properties = Object.entries(value).map(([key, each]) => [key, schemaLike(each)]);
  return { type: 'object', properties: Object.fromEntries(properties), required: Object.keys(value) };
}
