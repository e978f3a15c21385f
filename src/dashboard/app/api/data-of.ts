import type { OperationResult } from 'urql';
import { failureOf } from './failure.js';

/** The data of an operation that urql ran. @throws Failure */
export function dataOf<T, V extends object>({ data, error }: OperationResult<T, V>): T {
  if (error) throw failureOf(error);
  if (!data) throw new Error('The gateway answered without data.');
  return data;
}
