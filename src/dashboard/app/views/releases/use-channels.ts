import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useEffect, useMemo, useState } from 'react';
import { type AnyVariables, useQuery } from 'urql';
import { useLiveConnection } from '../../client/live-connection-context.js';
import {
  ReleaseChannelsDocument,
  ReleasePublishedDocument,
  type ReleasePublishedSubscription,
} from '../../generated/graphql.js';

/** The channels, and a revision that increases with each release published or withdrawn by anyone. */
export function useChannels() {
  const connection = useLiveConnection();
  const [revision, setRevision] = useState(0);
  const [{ data, error }, reload] = useQueryAtRevision(revision, ReleaseChannelsDocument, {});
  /** The cursor of the first answer: the subscription starts there, so that no event is missed in between. */
  const [since, setSince] = useState<string | null>(null);
  if (data && since === null) setSince(data.releaseCursor);
  useEffect(() => {
    if (since === null) return;
    const onEvent = ({ releasePublished: { cursor } }: ReleasePublishedSubscription) => {
      setRevision((current) => current + 1);
      return cursor;
    };
    return connection.subscribeWithRecovery(ReleasePublishedDocument, { since }, onEvent, () => {});
  }, [connection, since]);
  return { channels: data?.releaseChannels, revision, error, reload };
}

/** A query that runs again for each revision. */
export function useQueryAtRevision<T, V extends AnyVariables>(
  revision: number,
  query: TypedDocumentNode<T, V>,
  variables: V,
) {
  const context = useMemo(() => ({ revision }), [revision]);
  const args: { query: TypedDocumentNode<T, V>; variables: V } = { query, variables };
  return useQuery<T, V>({ ...args, context });
}
