import type { Api, Endpoint, JsonSchema } from './apis.js';

/** Its key among the schemas of the document. */
export const failureSchemaName = ({ name }: Api) => `${name}Failure`;

/** All failures of one API have one form. */
export const failureSchema = ({ name, failures }: Api): JsonSchema => ({
  description: `How ${name} says that a request failed.`,
  ...schemaLike(failures[0]?.answer.body),
});

/** Successes and failures by HTTP status. Four of the five APIs use it for nothing: these share their 200. */
export function responses(api: Api, { route }: Endpoint) {
  const { status = 200, sample, binaryType: bytes, failures: refusals = [] } = route;
  const successes = Object.entries(sample.answers).map(([name, body]) => ({ name, body }));
  const failures = [
    ...refusals.map((answer, index) => ({ name: `refused ${index + 1}`, ...answer })),
    ...api.failures.map(({ code, answer }) => ({ name: code, ...answer })),
  ];
  const statuses = new Set([status, ...failures.map((failure) => failure.status)]);
  return Object.fromEntries(
    Array.from(statuses, (each) => {
      const refused = failures.filter((failure) => failure.status === each);
      return [
        each,
        response(api, each === status ? successes : [], refused, each === status ? bytes : undefined),
      ];
    }),
  );
}

interface Example {
  readonly name: string;
  readonly body: object;
}

function response(api: Api, successes: readonly Example[], refused: readonly Example[], bytes?: string) {
  const failure = { $ref: `#/components/schemas/${failureSchemaName(api)}` };
  const schemas = [
    ...successes.map(({ body }) => schemaLike(body)),
    ...(refused.length > 0 ? [failure] : []),
  ];
  const examples = [...successes, ...refused].map(({ name, body }) => [name, { value: body }]);
  return {
    description: [successes.length > 0 && 'Success', refused.length > 0 && 'Refusal']
      .filter(Boolean)
      .join(', or '),
    ...(refused.length > 0 && { headers: { 'Retry-After': { $ref: '#/components/headers/retryAfter' } } }),
    content: {
      'application/json': { schema: { anyOf: schemas }, examples: Object.fromEntries(examples) },
      ...(bytes !== undefined && { [bytes]: {} }),
    },
  };
}

/** The schema of answers with the keys of this one. Where it has null, others may have anything. */
function schemaLike(value: unknown): JsonSchema {
  if (value === null || value === undefined) return {};
  if (Array.isArray(value)) return { type: 'array', items: schemaLike(value[0]) };
  if (typeof value !== 'object') return { type: Number.isInteger(value) ? 'integer' : typeof value };
  const properties = Object.entries(value).map(([key, each]) => [key, schemaLike(each)]);
  return { type: 'object', properties: Object.fromEntries(properties), required: Object.keys(value) };
}
