import type { z } from 'zod';
import { DomainError } from '../errors.js';
import type { Services } from '../services.js';
import { requirePermission } from '../sessions/authorization.js';
import { payerOf, waiterOf } from '../sessions/payer.js';
import type { Caller, SessionRead } from '../sessions/sessions.js';
import type { Permission } from '../users/permissions.js';
import { whenReady } from '../when-ready.js';
import type {
  Answer,
  LegacyRequest,
  LegacyResponse,
  MissingFailures,
  Route,
  RouteDescription,
} from './dialect.js';
import type { RequestParameters } from './request-parameters.js';

/** A parameter that does not match the schema of its route; the message is that of the schema. */
export class InvalidParameter extends DomainError {
  constructor(message: string, field: string) {
    super('INVALID_INPUT', message, { field });
  }
}

/** A request without a token to a path that requires one. */
export class MissingToken extends DomainError {
  constructor() {
    super('UNAUTHENTICATED', 'A token is required.');
  }
}

/** Handles a request whose parameters are valid. */
export type Handler<Schema extends z.ZodObject> = (input: z.output<Schema>, request: LegacyRequest) => Answer;

/** Handles a request whose token and parameters are valid. */
export type AuthenticatedHandler<Schema extends z.ZodObject> = (
  input: z.output<Schema>,
  caller: Caller,
  request: LegacyRequest,
) => Answer;

interface Definition<Schema extends z.ZodObject, Handler> extends RouteDescription<Schema> {
  /** Maps alternative spellings of parameters to those of the schema, before the checks. */
  readonly normalize?: (parameters: RequestParameters) => RequestParameters;
  readonly handler: (services: Services) => Handler;
}

/** A path that requires no token. */
export const route = <Schema extends z.ZodObject>(
  definition: Definition<Schema, Handler<Schema>>,
): Route => ({
  ...definition,
  handler: (services) => {
    const handle = definition.handler(services);
    return (request) => withValidInput(definition, request.parameters, (input) => handle(input, request));
  },
});

interface AuthenticatedDefinition<Schema extends z.ZodObject>
  extends Definition<Schema, AuthenticatedHandler<Schema>> {
  readonly token: Required<RouteDescription>['token'];
  /** Which permission it takes. Those of a key need not include those of every member. */
  readonly permission: Permission;
  /** Reads what the handler needs together with the session, where that is not remembered. */
  readonly sessionRead?: (services: Services) => (request: LegacyRequest) => SessionRead;
}

/** A path that requires a token, which is checked before the parameters. */
export const authenticatedRoute = <Schema extends z.ZodObject>(
  definition: AuthenticatedDefinition<Schema>,
): Route => ({
  ...definition,
  handler: (services) => {
    const handle = definition.handler(services);
    const sessionRead = definition.sessionRead?.(services);
    return (request) => {
      if (request.token === null) throw new MissingToken();
      const from = { address: request.client.address, read: sessionRead?.(request) };
      return whenReady(services.sessions.authenticate(request.token, from), (caller) => {
        if (!caller) throw new DomainError('UNAUTHENTICATED', 'The token is unknown or has expired.');
        request.identify(caller.sessionId, caller.user.id);
        requirePermission(caller, definition.permission);
        const answer = () =>
          withValidInput(definition, request.parameters, (input) => handle(input, caller, request));
        if (definition.isHeartbeat) return answer();
        return services.databaseTurns.run(waiterOf(payerOf(caller, request.client)), 1, answer);
      });
    };
  },
});

/** Checks for missing parameters first, then for invalid ones. @throws InvalidParameter */
function withValidInput<Schema extends z.ZodObject>(
  { parameters: schema, missing, normalize }: Definition<Schema, unknown>,
  parameters: RequestParameters,
  handle: (input: z.output<Schema>) => Answer,
): Answer {
  const normalized = normalize ? normalize(parameters) : parameters;
  const failure = firstMissing(normalized, missing);
  return failure ? { ...failure, failureCode: 'INVALID_INPUT' } : handle(validate(schema, normalized));
}

/** The failure for the first parameter in `missing` that is absent, null or empty; undefined if there is none. */
export function firstMissing(
  parameters: RequestParameters,
  missing: MissingFailures = {},
): LegacyResponse | undefined {
  return Object.entries(missing).find(([name]) => isBlank(parameters[name]))?.[1];
}

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';

/** @throws InvalidParameter for the first issue, in the order of the fields. */
function validate<Schema extends z.ZodObject>(
  schema: Schema,
  parameters: RequestParameters,
): z.output<Schema> {
  const { data, error } = schema.safeParse(parameters);
  if (data) return data;
  const [issue] = error?.issues ?? [];
  throw new InvalidParameter(issue?.message ?? '', issue?.path.join('.') ?? '');
}
