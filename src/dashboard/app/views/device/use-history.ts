import { useState } from 'react';
import { useClient } from 'urql';
import { failureOf } from '../../api/failure.js';
import { DeviceHistoryDocument, type DeviceHistoryQueryVariables } from '../../generated/graphql.js';
import { useSubmission } from '../../ui/use-submission.js';
import { type History, type HistoryPage, withEarlier, withLatest } from './history.js';

interface Loaded {
  /** The start of the time range. */
  readonly from: string;
  /** The page that was added last. */
  readonly latest: HistoryPage | null;
  readonly history: History | null;
}

/**
 * Joins the latest page of a device's history, each time it is loaded, with the earlier pages that the user asks for.
 * @param variables of the query that loads the latest page.
 */
export function useHistory(
  variables: DeviceHistoryQueryVariables & { readonly from: string },
  latest: HistoryPage | null,
) {
  const client = useClient();
  const { from } = variables;
  const [loaded, setLoaded] = useState<Loaded>({ from, latest: null, history: null });
  const { submit, pending, failure } = useSubmission();
  if (latest && latest !== loaded.latest) {
    const known = loaded.from === from ? loaded.history : null;
    setLoaded({ from, latest, history: withLatest(known, latest) });
  }
  const { history } = loaded;
  const loadEarlier = () =>
    submit(async () => {
      const before = history?.before ?? null;
      const { data, error } = await client.query(DeviceHistoryDocument, { ...variables, before }).toPromise();
      if (error) throw failureOf(error);
      const page = data?.device?.history;
      setLoaded((now) => {
        // Meanwhile, another time range may have been chosen, or the history may have started over.
        const expected = now.from === from && now.history?.before === before;
        return page && now.history && expected ? { ...now, history: withEarlier(now.history, page) } : now;
      });
    });
  return { history, loadEarlier, loadingEarlier: pending, failure };
}
