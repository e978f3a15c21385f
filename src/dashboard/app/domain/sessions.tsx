import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { failureOf } from '../api/failure.js';
import { type SessionFilter, SessionsDocument } from '../generated/graphql.js';
import { FailureAlert } from '../ui/failure-alert.js';
import { ShowMore } from '../ui/lists/show-more.js';
import { Loading } from '../ui/loading.js';
import { Section } from '../ui/section.js';
import { SessionList } from './session-list.js';

const PAGE_SIZE = 20;

interface SessionsProps {
  readonly filter: SessionFilter;
  /** Beside the title. */
  readonly action?: ReactNode;
}

/** The active sessions that a filter selects, the latest first. */
export function Sessions({ filter, action }: SessionsProps) {
  const { t } = useTranslation();
  return (
    <Section title={t('domain.sessions.title')} link={action}>
      <SessionPage filter={filter} after={null} />
    </Section>
  );
}

interface SessionPageProps {
  readonly filter: SessionFilter;
  /** The cursor of the session before the page; null for the first page. */
  readonly after: string | null;
}

/** One page, followed by the next. Each loads itself, after the previous one. */
function SessionPage({ filter, after }: SessionPageProps) {
  const { t } = useTranslation();
  const variables = { filter, first: PAGE_SIZE, after };
  const [{ data, error }, reload] = useQuery({ query: SessionsDocument, variables });
  if (error) return <FailureAlert failure={failureOf(error)} onRetry={reload} />;
  if (!data) return <Loading />;
  const { edges, pageInfo } = data.sessions;
  if (edges.length === 0 && after === null)
    return (
      <Text size="sm" c="dimmed">
        {t('domain.sessions.none')}
      </Text>
    );
  return (
    <>
      <SessionList sessions={edges.map(({ node }) => node)} onRevoked={reload} />
      {pageInfo.hasNextPage && (
        <ShowMore>
          <SessionPage filter={filter} after={pageInfo.endCursor} />
        </ShowMore>
      )}
    </>
  );
}
