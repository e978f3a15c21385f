import { Card } from '@mantine/core';
import { IconListCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { ActionEntry } from '../../domain/device-actions/action-entry.js';
import { useActionProgress } from '../../domain/device-actions/use-action-progress.js';
import { type BulkActionFragment, DeviceActionsDocument } from '../../generated/graphql.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { EntryList } from '../../ui/lists/entry-list.js';
import { AFTER, Pager } from '../../ui/lists/pager.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';

const PAGE_SIZE = 20;

/** Actions on many devices, the latest first, as they come further. */
export function Component() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const [{ data, error }, reload] = useQuery({
    query: DeviceActionsDocument,
    variables: { first: PAGE_SIZE, after: params.get(AFTER) },
  });
  return (
    <Page title={t('deviceActions.title')} parent={{ to: '/', title: t('fleet.title') }}>
      {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          <Actions listed={data.deviceActions.edges.map(({ node }) => node)} />
          <Pager pageInfo={data.deviceActions.pageInfo} />
        </>
      )}
    </Page>
  );
}

function Actions({ listed }: { listed: readonly BulkActionFragment[] }) {
  const { t } = useTranslation();
  const [changed, setChanged] = useState<ReadonlyMap<string, BulkActionFragment>>(new Map());
  const update = (action: BulkActionFragment) =>
    setChanged((before) => new Map(before).set(action.id, action));
  const actions = listed.map((action) => changed.get(action.id) ?? action);
  useActionProgress(actions, update);
  return (
    <Card padding="md">
      {actions.length === 0 ? (
        <EmptyState icon={<IconListCheck size={32} stroke={1.4} aria-hidden />}>
          {t('deviceActions.none')}
        </EmptyState>
      ) : (
        <EntryList>
          {actions.map((action) => (
            <ActionEntry key={action.id} action={action} onChanged={update} />
          ))}
        </EntryList>
      )}
    </Card>
  );
}
