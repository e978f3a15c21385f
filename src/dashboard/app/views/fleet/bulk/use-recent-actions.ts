import { useCallback, useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { useActionProgress } from '../../../domain/device-actions/use-action-progress.js';
import { type BulkActionFragment, DeviceActionsDocument } from '../../../generated/graphql.js';
import { usePermission } from '../../../session/session-context.js';

/** As many as can be under way at once. */
const MOST_RUNNING = 20;

export interface RecentActions {
  /** The latest first. */
  readonly actions: readonly BulkActionFragment[];
  readonly update: (action: BulkActionFragment) => void;
  readonly dismiss: (id: string) => void;
}

/**
 * The actions that were under way when the page was opened, or have started since, as they come further.
 * @param onEnd is called when one of them has ended.
 */
export function useRecentActions(onEnd: () => void): RecentActions {
  const may = usePermission();
  const [shown, setShown] = useState<ReadonlyMap<string, BulkActionFragment>>(new Map());
  const [{ data }] = useQuery({
    query: DeviceActionsDocument,
    variables: { first: MOST_RUNNING },
    pause: !may('DEVICES_MANAGE'),
  });
  const update = useCallback(
    (action: BulkActionFragment) => setShown((before) => new Map(before).set(action.id, action)),
    [],
  );
  const dismiss = useCallback((id: string) => {
    setShown((before) => new Map([...before].filter(([other]) => other !== id)));
  }, []);
  useEffect(() => {
    const running = data?.deviceActions.edges.filter(({ node }) => node.state === 'RUNNING') ?? [];
    for (const { node } of running) update(node);
  }, [data, update]);
  const actions = [...shown.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  useActionProgress(actions, (action) => {
    update(action);
    if (action.state !== 'RUNNING') onEnd();
  });
  return { actions, update, dismiss };
}
