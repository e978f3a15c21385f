import { Button, Card } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUserPlus, IconUsers } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { UsersDocument } from '../../generated/graphql.js';
import { usePermission } from '../../session/session-context.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { AFTER, Pager } from '../../ui/pager.js';
import { SearchBox } from '../../ui/search-box.js';
import { NewPersonDialog } from './new-person-dialog.js';
import { PeopleTable } from './people-table.js';

const PAGE_SIZE = 20;

/** All accounts. The search and the page are kept in the address. */
export function Component() {
  const { t } = useTranslation();
  const may = usePermission();
  const [params, setParams] = useSearchParams();
  const [adding, { open, close }] = useDisclosure();
  return (
    <Page
      title={t('people.title')}
      actions={
        may('USERS_MANAGE') && (
          <Button leftSection={<IconUserPlus size={18} aria-hidden />} onClick={open}>
            {t('people.add')}
          </Button>
        )
      }
    >
      <search>
        <SearchBox
          label={t('people.search')}
          maw={420}
          value={params.get('q') ?? ''}
          onChange={(q) => setParams(q ? { q } : {}, { replace: true })}
        />
      </search>
      <PeoplePage search={params.get('q') ?? ''} after={params.get(AFTER)} />
      <NewPersonDialog opened={adding} onClose={close} />
    </Page>
  );
}

function PeoplePage({ search, after }: { search: string; after: string | null }) {
  const { t } = useTranslation();
  const variables = { search, first: PAGE_SIZE, after };
  const [{ data, error }, reload] = useQuery({ query: UsersDocument, variables });
  if (error) return <FailureAlert failure={failureOf(error)} onRetry={reload} />;
  if (!data) return <Loading />;
  const { edges, pageInfo } = data.users;
  return (
    <>
      <Card padding={0}>
        {edges.length > 0 ? (
          <PeopleTable people={edges.map(({ node }) => node)} />
        ) : (
          <EmptyState icon={<IconUsers size={32} stroke={1.4} aria-hidden />}>
            {search ? t('people.noMatch', { search }) : t('people.none')}
          </EmptyState>
        )}
      </Card>
      <Pager pageInfo={pageInfo} />
    </>
  );
}
