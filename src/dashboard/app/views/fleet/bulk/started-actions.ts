import { createContext, useContext } from 'react';
import type { BulkActionFragment } from '../../../generated/graphql.js';

/** Shows an action that was started on this page. */
export const StartedActionContext = createContext<(action: BulkActionFragment) => void>(() => {});

export const useStartedAction = (): ((action: BulkActionFragment) => void) =>
  useContext(StartedActionContext);
