import { useCallback, useState } from 'react';
import { Failure } from '../api/failure.js';

/** Runs what a form submits, and keeps its state and its failure for display. */
export function useSubmission() {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [pending, setPending] = useState(false);
  /** @returns the failure, or null. @throws what `work` throws, unless it is a Failure. */
  const submit = useCallback(async (work: () => Promise<void>): Promise<Failure | null> => {
    setPending(true);
    try {
      await work();
      setFailure(null);
      return null;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      setFailure(error);
      return error;
    } finally {
      setPending(false);
    }
  }, []);
  return { submit, pending, failure };
}
