import { useEffect, useRef } from 'react';
import { useLiveConnection } from '../../client/live-connection-context.js';
import { type BulkActionFragment, DeviceActionProgressDocument } from '../../generated/graphql.js';

/** Calls back whenever one of the running actions has come further. */
export function useActionProgress(
  actions: readonly BulkActionFragment[],
  onProgress: (action: BulkActionFragment) => void,
): void {
  const connection = useLiveConnection();
  const callback = useRef(onProgress);
  callback.current = onProgress;
  const running = actions.filter(({ state }) => state === 'RUNNING').map(({ id }) => id);
  const ids = running.join();
  useEffect(() => {
    const unsubscribe = ids
      .split(',')
      .filter(Boolean)
      .map((id) =>
        connection.subscribe(
          DeviceActionProgressDocument,
          { id },
          ({ deviceActionProgress }) => callback.current(deviceActionProgress),
          () => {},
        ),
      );
    return () => {
      for (const end of unsubscribe) end();
    };
  }, [connection, ids]);
}
