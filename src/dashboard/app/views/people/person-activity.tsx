import { Anchor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { AuditEntries } from '../../domain/audit/audit-entries.js';
import { AuditLogDocument } from '../../generated/graphql.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { Section } from '../../ui/section.js';

const MOST_SHOWN = 8;

/** The latest audit entries by or about a person. */
export function PersonActivity({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const [{ data, error }, reload] = useQuery({
    query: AuditLogDocument,
    variables: { filter: { userId }, first: MOST_SHOWN },
  });
  return (
    <Section
      title={t('people.activity')}
      link={
        <Anchor component={Link} to={`/audit?user=${userId}`} size="sm">
          {t('people.allActivity')}
        </Anchor>
      }
    >
      {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
      {!data && !error && <Loading />}
      {data && <AuditEntries entries={data.auditLog.edges.map(({ node }) => node)} />}
    </Section>
  );
}
