/**
 * Marks the error of a connection that could not be opened, whatever the reason is, such as a password that has changed.
 * The ORM copies the mark to errors of its own.
 */
export const asFailedConnection = <T>(error: T): T =>
  error instanceof Error ? Object.assign(error, { isOfConnecting: true }) : error;

export const isFailedConnection = (error: Error): boolean => 'isOfConnecting' in error;
