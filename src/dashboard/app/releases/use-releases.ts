import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useEffect, useMemo, useState } from 'react';
import { type AnyVariables, useQuery } from 'urql';
import { useLive } from '../api/gateway-context.js';
import { ReleasePublishedDocument } from '../generated/graphql.js';

/** A number that is another one after each release that is published or withdrawn, by whomever. */
export function useRevision(): number {
  const live = useLive();
  const [revision, setRevision] = useState(0);
  useEffect(
    () =>
      live.resume(
        ReleasePublishedDocument,
        {},
        ({ releasePublished: { cursor } }) => {
          setRevision((current) => current + 1);
          return cursor;
        },
        () => {},
      ),
    [live],
  );
  return revision;
}

/** A query that is asked anew at each revision. */
export function useQueryAt<T, V extends AnyVariables>(
  revision: number,
  query: TypedDocumentNode<T, V>,
  variables: V,
) {
  const context = useMemo(() => ({ revision }), [revision]);
  const args: { query: TypedDocumentNode<T, V>; variables: V } = { query, variables };
  return useQuery<T, V>({ ...args, context });
}
