import { Card, Group, Select, Text } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { nodeIdOf } from '../../api/node-id.js';
import { apiOf, apis, useApiName } from '../../domain/api-name.js';
import { PersonSelect } from '../../domain/person-select.js';
import { SessionList } from '../../domain/session-list.js';
import { type SessionFilter, SessionsDocument } from '../../generated/graphql.js';
import { usePermission } from '../../session/session-context.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { AFTER, Pager } from '../../ui/lists/pager.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { SearchBox } from '../../ui/search-box.js';

const PAGE_SIZE = 50;

/** The open sessions of everyone. The filter and the page are kept in the address. */
export function Component() {
  const { t } = useTranslation();
  const apiName = useApiName();
  const may = usePermission();
  const [params, setParams] = useSearchParams();
  const client = params.get('q') ?? '';
  const api = apiOf(params.get('api') ?? '');
  const user = params.get('user');
  const userId = user === null ? null : nodeIdOf('user', user);
  const show = (client: string, api: string | null, userId: string | null) =>
    setParams(
      {
        ...(client ? { q: client } : {}),
        ...(api ? { api: api.toLowerCase() } : {}),
        ...(userId ? { user: userId } : {}),
      },
      { replace: true },
    );
  return (
    <Page title={t('sessions.title')}>
      <Group component="search" gap="sm">
        <SearchBox
          label={t('sessions.search')}
          flex={1}
          miw={200}
          maw={420}
          value={client}
          onChange={(text) => show(text, api, userId)}
        />
        <Select
          aria-label={t('sessions.api')}
          placeholder={t('sessions.allApis')}
          data={apis.map((value) => ({ value, label: apiName(value) }))}
          value={api}
          onChange={(value) => show(client, value, userId)}
          clearable
        />
        {may('USERS_READ') && (
          <PersonSelect
            label={t('sessions.person')}
            value={userId}
            onChange={(person) => show(client, api, person)}
          />
        )}
      </Group>
      {client !== '' && (
        <Text size="sm" c="dimmed">
          {t('sessions.searched')}
        </Text>
      )}
      <SessionsPage filter={{ client, api, userId }} after={params.get(AFTER)} />
    </Page>
  );
}

function SessionsPage({ filter, after }: { filter: SessionFilter; after: string | null }) {
  const { t } = useTranslation();
  const [{ data, error }, reload] = useQuery({
    query: SessionsDocument,
    variables: { filter, first: PAGE_SIZE, after },
  });
  if (error) return <FailureAlert failure={failureOf(error)} onRetry={reload} />;
  if (!data) return <Loading />;
  const { edges, pageInfo } = data.sessions;
  return (
    <>
      <Card padding="md">
        {edges.length > 0 ? (
          <SessionList sessions={edges.map(({ node }) => node)} onRevoked={reload} withOwner />
        ) : (
          <EmptyState icon={<IconLogin2 size={32} stroke={1.4} aria-hidden />}>
            {t('sessions.none')}
          </EmptyState>
        )}
      </Card>
      <Pager pageInfo={pageInfo} />
    </>
  );
}
