import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { failureOf } from '../api/failure.js';
import { SessionsDocument } from '../generated/graphql.js';
import { FailureAlert } from '../ui/failure-alert.js';
import { Loading } from '../ui/loading.js';
import { Section } from '../ui/section.js';
import { SessionList } from './session-list.js';

/** The active sessions of a person. */
export function PersonSessions({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const [{ data, error }, reload] = useQuery({ query: SessionsDocument, variables: { userId } });
  return (
    <Section title={t('domain.sessions.title')}>
      {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
      {!data && !error && <Loading />}
      {data && <SessionList sessions={data.sessions} onRevoked={reload} />}
    </Section>
  );
}
