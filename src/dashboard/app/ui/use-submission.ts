import { useCallback, useState } from 'react';
import { Failure } from '../api/failure.js';

/** Work that a form does when it is sent, one at a time; what it throws as a Failure is there to be shown. */
export function useSubmission() {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [pending, setPending] = useState(false);
  const attempt = useCallback(async (work: () => Promise<void>): Promise<Failure | null> => {
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
  return { attempt, pending, failure };
}
