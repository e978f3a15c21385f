import { z } from 'zod';
import { DomainError, type DomainErrorCode, domainErrors } from '../errors.js';
import type { Dialect, FailureCode, LegacyResponse, Route } from '../legacy/dialect.js';

/** JSON Schema, 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
  readonly schema: JsonSchema;
}

/** A documented path as the OpenAPI document and the page show it. */
export interface Endpoint {
  readonly path: string;
  readonly route: Omit<Route<unknown>, 'handler'>;
  readonly isUpload: boolean;
  readonly parameters: readonly Parameter[];
}

/** How a dialect words a refusal. */
export interface Failure {
  readonly code: FailureCode;
  readonly answer: LegacyResponse;
}

/** One of the legacy APIs, described. */
export interface Api {
  readonly name: string;
  readonly summary: string;
  readonly endpoints: readonly Endpoint[];
  /** In the order of `failureCodes`. */
  readonly failures: readonly Failure[];
}

const isDomainErrorCode = (code: string): code is DomainErrorCode => code in domainErrors;

/** In the order of `domainErrors`; the fault comes last. */
export const failureCodes: readonly FailureCode[] = [
  ...Object.keys(domainErrors).filter(isDomainErrorCode),
  'FAULT',
];

/** What the dialects declare, ready to be shown; not to be made for every request. */
export const describeApis = (dialects: readonly Dialect[]): readonly Api[] =>
  dialects.map((dialect) => ({
    name: dialect.sessionPolicy.api,
    summary: dialect.summary,
    endpoints: [...endpointsOf(dialect.routes, false), ...endpointsOf(dialect.uploads ?? {}, true)],
    failures: failureCodes.map((code) => ({
      code,
      answer: dialect.fail(code, code === 'FAULT' ? new Error() : new DomainError(code, '')),
    })),
  }));

const endpointsOf = (routes: Readonly<Record<string, Route<unknown>>>, isUpload: boolean): Endpoint[] =>
  Object.entries(routes).map(([path, route]) => ({
    path,
    route,
    isUpload,
    parameters: parametersOf(route.parameters, isUpload),
  }));

const packageFile: Parameter = {
  name: 'file',
  required: true,
  description: 'The package, under its own file name.',
  schema: { type: 'string', contentMediaType: 'application/octet-stream' },
};

function parametersOf({ shape }: z.ZodObject, isUpload: boolean): readonly Parameter[] {
  const fields = Object.entries(shape).map(([name, field]) => {
    const { $schema: _, description, ...schema } = z.toJSONSchema(field, { io: 'input' });
    return { name, required: !isOptional(field), description: description ?? '', schema };
  });
  return isUpload ? [...fields, packageFile] : fields;
}

/** What `catch` makes good is required all the same: its absence is refused in other words, later. */
const isOptional = (field: z.core.$ZodType): boolean => ['optional', 'default'].includes(field._zod.def.type);
