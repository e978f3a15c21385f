import { z } from 'zod';
import { DomainError, type DomainErrorCode, domainErrors } from '../errors.js';
import type { Dialect, FailureCode, LegacyResponse, RouteDescription } from '../legacy/dialect.js';

/** JSON Schema, 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** One legacy API as the page and the OpenAPI document describe it. */
export interface Api {
  readonly name: string;
  readonly summary: string;
  readonly endpoints: readonly Endpoint[];
  /** The code table of the dialect, in the order of `failureCodes`. */
  readonly failures: readonly Failure[];
}

export interface Endpoint {
  readonly path: string;
  readonly route: RouteDescription;
  readonly isUpload: boolean;
  readonly parameters: readonly Parameter[];
  /** Failures of this path alone. */
  readonly failures: readonly LegacyResponse[];
}

export interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
  readonly schema: JsonSchema;
}

/** The response of a dialect to a failure code. */
export interface Failure {
  readonly code: FailureCode;
  readonly response: LegacyResponse;
}

const isDomainErrorCode = (code: string): code is DomainErrorCode => code in domainErrors;

/** All codes in the order of `domainErrors`; FAULT comes last. */
export const failureCodes: readonly FailureCode[] = [
  ...Object.keys(domainErrors).filter(isDomainErrorCode),
  'FAULT',
];

/** Describes the dialects from what their routes declare. Expensive: call it once, not per request. */
export const describeApis = (dialects: readonly Dialect[]): readonly Api[] =>
  dialects.map((dialect) => ({
    name: dialect.sessionPolicy.api,
    summary: dialect.summary,
    endpoints: [...endpointsOf(dialect.routes, false), ...endpointsOf(dialect.uploads ?? {}, true)],
    failures: failureCodes.map((code) => ({
      code,
      response: dialect.fail(code, code === 'FAULT' ? new Error() : new DomainError(code, '')),
    })),
  }));

const endpointsOf = (routes: Readonly<Record<string, RouteDescription>>, isUpload: boolean): Endpoint[] =>
  Object.entries(routes).map(([path, route]) => ({
    path,
    route,
    isUpload,
    parameters: parametersOf(route.parameters, isUpload),
    failures: failuresOf(route),
  }));

const packageFile: Parameter = {
  name: 'file',
  required: true,
  description: 'The package, with its file name.',
  schema: { type: 'string', contentMediaType: 'application/octet-stream' },
};

function parametersOf({ shape }: z.ZodObject, isUpload: boolean): readonly Parameter[] {
  const fields = Object.entries(shape).map(([name, field]) => {
    const { $schema: _, description, ...schema } = z.toJSONSchema(field, { io: 'input' });
    return { name, required: !isOptional(field), description: description ?? '', schema };
  });
  return isUpload ? [...fields, packageFile] : fields;
}

/** A field with `catch` is required: its fallback only decides which failure a missing parameter gets. */
const isOptional = (field: z.core.$ZodType): boolean => ['optional', 'default'].includes(field._zod.def.type);

/** Several parameters may share one failure. */
const failuresOf = ({ missing = {}, failures = [] }: RouteDescription): LegacyResponse[] => [
  ...new Set([...Object.values(missing).filter((response) => response !== undefined), ...failures]),
];
