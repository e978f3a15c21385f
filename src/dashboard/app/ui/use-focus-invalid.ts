import { type RefObject, useEffect, useRef } from 'react';
import type { Failure } from '../api/failure.js';

/**
 * Moves the focus to the first invalid field of a form, which may be out of sight.
 * @param failure must keep its identity between renders.
 */
export function useFocusInvalid(failure: Failure | null): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (failure) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [failure]);
  return form;
}
