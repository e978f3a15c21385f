import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useEffect, useMemo, useState } from 'react';
import { type AnyVariables, useQuery } from 'urql';
import { useLiveConnection } from '../../client/gateway-context.js';
import {
  ReleaseChannelsDocument,
  ReleasePublishedDocument,
  type ReleasePublishedSubscription,
} from '../../generated/graphql.js';

/** The channels, and a number that is another one after each release that is published or withdrawn, by whomever. */
export function useChannels() {
  const live = useLiveConnection();
  const [revision, setRevision] = useState(0);
  const [{ data, error }, reload] = useQueryAtRevision(revision, ReleaseChannelsDocument, {});
  /** What happens after it is followed; the rest is read after it. */
  const [since, setSince] = useState<string | null>(null);
  if (data && since === null) setSince(data.releaseCursor);
  useEffect(() => {
    if (since === null) return;
    const published = ({ releasePublished: { cursor } }: ReleasePublishedSubscription) => {
      setRevision((current) => current + 1);
      return cursor;
    };
    return live.subscribeWithRecovery(ReleasePublishedDocument, { since }, published, () => {});
  }, [live, since]);
  return { channels: data?.releaseChannels, revision, error, reload };
}

/** A query that is asked anew at each revision. */
export function useQueryAtRevision<T, V extends AnyVariables>(
  revision: number,
  query: TypedDocumentNode<T, V>,
  variables: V,
) {
  const context = useMemo(() => ({ revision }), [revision]);
  const args: { query: TypedDocumentNode<T, V>; variables: V } = { query, variables };
  return useQuery<T, V>({ ...args, context });
}
