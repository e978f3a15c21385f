import { SimpleGrid } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { HealthDocument } from '../../generated/graphql.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { Engines } from './engines.js';
import { Jobs } from './jobs.js';
import { Nodes } from './nodes.js';
import { Queues } from './queues.js';
import { Resources } from './resources.js';
import { Verdict } from './verdict.js';

/** As often as the gateway checks itself. */
const REFRESH_MS = 5000;

/** Whether the gateway works, and if not, why and what to do. */
export function Component() {
  const { t } = useTranslation();
  const [{ data, error }, reload] = useQuery({ query: HealthDocument });
  useEffect(() => {
    const timer = setInterval(reload, REFRESH_MS);
    return () => clearInterval(timer);
  }, [reload]);
  const health = data?.health;
  return (
    <Page title={t('health.title')}>
      {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
      {!health && !error && <Loading />}
      {health && <Verdict problems={health.problems} nodes={health.nodes ?? []} />}
      {health?.node && <Engines engines={health.node.engines} />}
      {health?.nodes && <Nodes nodes={health.nodes} />}
      {health?.node && (
        <>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
            <Queues queues={health.node.queues} />
            <Resources node={health.node} lastBackup={health.lastBackup} />
          </SimpleGrid>
          <Jobs jobs={health.node.jobs} />
        </>
      )}
    </Page>
  );
}
