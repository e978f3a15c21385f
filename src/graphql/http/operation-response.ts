import type { FormattedExecutionResult, GraphQLError } from 'graphql';
import type { Context } from '../context.js';
import type { Pipeline, PreparedOperation, RefusedOperation } from '../execution/pipeline.js';
import { retryHeaders, statusOf } from './status.js';

/** What is sent for one operation. */
export interface OperationResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly result: FormattedExecutionResult;
}

/**
 * Executes an operation, or presents why it is refused.
 * @param accept the header of the request.
 */
export async function respond(
  pipeline: Pipeline,
  operation: PreparedOperation | RefusedOperation,
  context: Context,
  accept: string | undefined,
): Promise<OperationResponse> {
  if ('errors' in operation) return refused(pipeline, operation.errors, context, accept);
  const executed = await operation.execute(context);
  if (executed.data === undefined && executed.errors)
    return refused(pipeline, executed.errors, context, accept);
  const result = pipeline.presentResult(executed, context);
  return { status: 200, headers: retryHeaders(result.errors), result };
}

function refused(
  pipeline: Pipeline,
  refusals: readonly GraphQLError[],
  context: Context,
  accept: string | undefined,
): OperationResponse {
  const errors = refusals.map((error) => pipeline.presentError(error, context));
  const [first] = errors;
  if (!first) throw new Error('A refused operation has no error.');
  return { status: statusOf(first, accept), headers: retryHeaders(errors), result: { errors } };
}
