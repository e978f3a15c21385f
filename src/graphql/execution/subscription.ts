import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { EventStream } from '../../streams/event-stream.js';

/** @returns the stream of the subscription's field, or why it was refused. */
export async function openStream(args: ExecutionArgs): Promise<EventStream<unknown> | ExecutionResult> {
  const source = await createSourceEventStream(args).catch(refuseSkippedField);
  if (source instanceof EventStream || !(Symbol.asyncIterator in source)) return source;
  throw new Error('The source of every subscription must be an EventStream.');
}

/** graphql-js fails when a directive skips the only field of a subscription. */
function refuseSkippedField(error: unknown): ExecutionResult {
  if (!(error instanceof TypeError)) throw error;
  const message = 'The subscription must select a field that is not skipped.';
  return { errors: [new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })] };
}
