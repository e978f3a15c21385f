import { Button, Card, Group, SegmentedControl, Select, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconShield, IconUserPlus, IconUsers } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { ExportButton } from '../../domain/export-button.js';
import { ExportUsersDocument, type UserKind, UsersDocument } from '../../generated/graphql.js';
import { usePermission } from '../../session/session-context.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { AFTER, Pager } from '../../ui/lists/pager.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { SearchBox } from '../../ui/search-box.js';
import { NewPersonDialog } from './dialogs/new-person-dialog.js';
import { NewServiceAccountDialog } from './dialogs/new-service-account-dialog.js';
import { DEFAULT_ORDER, type PeopleOrder, peopleOrderOf, peopleOrders, userOrderOf } from './people-order.js';
import { PeopleTable } from './people-table.js';

const PAGE_SIZE = 20;

type Kind = 'person' | 'service';

const kinds: readonly Kind[] = ['person', 'service'];

/** People, or service accounts. The kind, the search, the order and the page are kept in the address. */
export function Component() {
  const { t } = useTranslation();
  const may = usePermission();
  const [params, setParams] = useSearchParams();
  const [adding, { open, close }] = useDisclosure();
  const search = params.get('q') ?? '';
  const order = peopleOrderOf(params.get('sort'));
  const kind = params.get('kind') === 'service' ? 'service' : 'person';
  const show = (search: string, order: PeopleOrder, shown: Kind = kind) =>
    setParams(
      {
        ...(shown === 'service' ? { kind: shown } : {}),
        ...(search ? { q: search } : {}),
        ...(order === DEFAULT_ORDER ? {} : { sort: order }),
      },
      { replace: true },
    );
  return (
    <Page
      title={t('people.title')}
      actions={
        <Group gap="xs">
          <Button
            component={Link}
            to="/roles"
            variant="default"
            leftSection={<IconShield size={18} aria-hidden />}
          >
            {t('people.roles')}
          </Button>
          <ExportButton
            document={ExportUsersDocument}
            input={{
              search,
              kind: kind === 'service' ? 'SERVICE' : 'PERSON',
              orderBy: userOrderOf(order),
            }}
            downloadOf={({ exportUsers }) => exportUsers.download}
          />
          {may('USERS_MANAGE') && (
            <Button leftSection={<IconUserPlus size={18} aria-hidden />} onClick={open}>
              {t(kind === 'service' ? 'people.service.add' : 'people.add')}
            </Button>
          )}
        </Group>
      }
    >
      <Group component="search" gap="sm">
        <SegmentedControl<Kind>
          aria-label={t('people.kind')}
          data={kinds.map((value) => ({ value, label: t(`people.kinds.${value}`) }))}
          value={kind}
          onChange={(value) => show(search, order, value)}
        />
        <SearchBox
          label={t('people.search')}
          flex={1}
          miw={200}
          maw={420}
          value={search}
          onChange={(text) => show(text, order)}
        />
        <Select
          aria-label={t('people.sort')}
          data={peopleOrders.map((value) => ({ value, label: t(`people.orders.${value}`) }))}
          value={order}
          onChange={(value) => show(search, peopleOrderOf(value))}
          allowDeselect={false}
        />
      </Group>
      <PeoplePage
        kind={kind === 'service' ? 'SERVICE' : 'PERSON'}
        search={search}
        order={order}
        after={params.get(AFTER)}
      />
      {kind === 'service' ? (
        <NewServiceAccountDialog opened={adding} onClose={close} />
      ) : (
        <NewPersonDialog opened={adding} onClose={close} />
      )}
    </Page>
  );
}

interface PeoplePageProps {
  readonly kind: UserKind;
  readonly search: string;
  readonly order: PeopleOrder;
  readonly after: string | null;
}

function PeoplePage({ kind, search, order, after }: PeoplePageProps) {
  const { t } = useTranslation();
  const isService = kind === 'SERVICE';
  const variables = { kind, search, orderBy: userOrderOf(order), first: PAGE_SIZE, after };
  const [{ data, error }, reload] = useQuery({ query: UsersDocument, variables });
  if (error) return <FailureAlert failure={failureOf(error)} onRetry={reload} />;
  if (!data) return <Loading />;
  const { totalCount, edges, pageInfo } = data.users;
  return (
    <>
      {totalCount > 0 && (
        <Text size="sm" c="dimmed">
          {t(isService ? 'people.service.total' : 'people.total', { count: totalCount })}
        </Text>
      )}
      <Card padding={0}>
        {edges.length > 0 ? (
          <PeopleTable people={edges.map(({ node }) => node)} withContact={!isService} />
        ) : (
          <EmptyState icon={<IconUsers size={32} stroke={1.4} aria-hidden />}>
            {search ? t('people.noMatch', { search }) : t(isService ? 'people.service.none' : 'people.none')}
          </EmptyState>
        )}
      </Card>
      <Pager pageInfo={pageInfo} />
    </>
  );
}
