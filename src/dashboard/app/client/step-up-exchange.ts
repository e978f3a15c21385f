import { type Exchange, makeOperation, type Operation } from 'urql';
import { filter, makeSubject, merge, pipe } from 'wonka';
import { failureOf } from '../api/failure.js';
import type { StepUps } from './step-ups.js';

/**
 * Asks for a step-up where the gateway requires one for a mutation, and sends the mutation again, once. Other
 * operations, such as the step-up itself, do not wait for it.
 */
export const stepUpExchange =
  (stepUps: StepUps): Exchange =>
  ({ forward }) =>
  (operations) => {
    const { source: repeated, next: repeat } = makeSubject<Operation>();
    return pipe(
      merge([operations, repeated]),
      forward,
      filter(({ operation, error }) => {
        const failure = error && failureOf(error);
        if (failure?.code !== 'STEP_UP_REQUIRED' || operation.kind !== 'mutation') return true;
        if (operation.context.steppedUp) return true;
        void stepUps.ask(failure.methods).then(() => repeat(afterStepUp(operation)));
        return false;
      }),
    );
  };

/** Without `authAttempt`, which would keep the exchange for sessions from refreshing a token that expired meanwhile. */
const afterStepUp = (operation: Operation) =>
  makeOperation(operation.kind, operation, { ...operation.context, steppedUp: true, authAttempt: false });
