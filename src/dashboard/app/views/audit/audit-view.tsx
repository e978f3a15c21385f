import { Card, Group, ScrollArea, SegmentedControl } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { nodeIdOf } from '../../api/node-id.js';
import { AuditEntries } from '../../domain/audit/audit-entries.js';
import { displayName } from '../../domain/display-name.js';
import { type AuditCategory, AuditLogDocument, UserDocument } from '../../generated/graphql.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { FilterPill } from '../../ui/filter-pill.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { AFTER, Pager } from '../../ui/pager.js';

const PAGE_SIZE = 50;

/** The kinds of entries as the address names them, each with its category; null for all. */
const categories = {
  all: null,
  session: 'SESSION',
  user: 'USER',
  role: 'ROLE',
  key: 'KEY',
  device: 'DEVICE',
  release: 'RELEASE',
} as const satisfies Record<string, AuditCategory | null>;

type Kind = keyof typeof categories;

const isKind = (text: string | null): text is Kind => text !== null && Object.hasOwn(categories, text);

const kinds = Object.keys(categories).filter(isKind);

/** The audit log. Its filter and page are kept in the address. */
export function Component() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const requested = params.get('kind');
  const kind = isKind(requested) ? requested : 'all';
  const user = params.get('user');
  const person = user === null ? null : nodeIdOf('user', user);
  const show = (kind: Kind, user: string | null) =>
    setParams({ ...(kind === 'all' ? {} : { kind }), ...(user ? { user } : {}) });
  return (
    <Page title={t('audit.title')}>
      <Group component="search" gap="sm">
        <ScrollArea type="never">
          <SegmentedControl<Kind>
            aria-label={t('audit.kind')}
            data={kinds.map((value) => ({ value, label: t(`audit.kinds.${value}`) }))}
            value={kind}
            onChange={(kind) => show(kind, person)}
          />
        </ScrollArea>
        {person && <PersonPill userId={person} onRemove={() => show(kind, null)} />}
      </Group>
      <Entries kind={kind} userId={person} after={params.get(AFTER)} />
    </Page>
  );
}

interface EntriesProps {
  readonly kind: Kind;
  readonly userId: string | null;
  readonly after: string | null;
}

function Entries({ kind, userId, after }: EntriesProps) {
  const { t } = useTranslation();
  const filter = { userId, category: categories[kind] };
  const [{ data, error }, reload] = useQuery({
    query: AuditLogDocument,
    variables: { filter, first: PAGE_SIZE, after },
  });
  if (error) return <FailureAlert failure={failureOf(error)} onRetry={reload} />;
  if (!data) return <Loading />;
  const { edges, pageInfo } = data.auditLog;
  return (
    <>
      <Card padding="md">
        {edges.length > 0 ? (
          <AuditEntries entries={edges.map(({ node }) => node)} />
        ) : (
          <EmptyState icon={<IconHistory size={32} stroke={1.4} aria-hidden />}>{t('audit.none')}</EmptyState>
        )}
      </Card>
      <Pager pageInfo={pageInfo} />
    </>
  );
}

function PersonPill({ userId, onRemove }: { userId: string; onRemove: () => void }) {
  const { t } = useTranslation();
  const [{ data }] = useQuery({ query: UserDocument, variables: { id: userId } });
  return (
    <FilterPill
      text={t('audit.person', { name: data?.user ? displayName(data.user) : '—' })}
      removeLabel={t('audit.removePerson')}
      onRemove={onRemove}
    />
  );
}
