import { Anchor, Card, Code, SimpleGrid } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useApiName } from '../../domain/api-name.js';
import { displayName } from '../../domain/display-name.js';
import { usePermission } from '../../session/session-context.js';
import { Ago } from '../../time/ago.js';
import { Detail } from '../../ui/detail.js';
import { HeartbeatDetails } from './history/heartbeat-details.js';
import type { DeviceDetail } from './history/use-device-detail.js';
import type { History } from './history.js';
import type { LoadedDevice } from './use-device.js';

interface DeviceDetailsProps {
  readonly device: LoadedDevice;
  readonly history: History;
  /** Null while loading. */
  readonly detail: DeviceDetail | null;
}

export function DeviceDetails({ device, history, detail }: DeviceDetailsProps) {
  const { t } = useTranslation();
  const may = usePermission();
  const apiName = useApiName();
  const { user, api, clientVersion, clientId, firstSeenAt } = device;
  const owner = displayName(user);
  return (
    <Card padding="md">
      <SimpleGrid component="dl" m={0} cols={{ base: 2, sm: 3, lg: 5 }} spacing="md" verticalSpacing="md">
        <Detail name={t('device.owner')}>
          {may('USERS_READ') ? (
            <Anchor component={Link} to={`/people/${user.id}`} inherit>
              {owner}
            </Anchor>
          ) : (
            owner
          )}
        </Detail>
        <Detail name={t('device.api')}>{apiName(api)}</Detail>
        <Detail name={t('device.version')}>{clientVersion ?? t('device.unknown')}</Detail>
        <LastSeen device={device} history={history} />
        <Detail name={t('device.firstSeen')}>
          <Ago at={firstSeenAt} />
        </Detail>
        <Detail name={t('device.clientId')}>
          {clientId ? <Code>{clientId}</Code> : t('device.noClientId')}
        </Detail>
        <HeartbeatDetails detail={detail} />
      </SimpleGrid>
    </Card>
  );
}

/** "Online since" when the loaded history has that transition, else "Last seen". */
function LastSeen({
  device: { online, lastSeenAt },
  history: { events },
}: Omit<DeviceDetailsProps, 'detail'>) {
  const { t } = useTranslation();
  const since = online ? events.findLast((event) => event.online)?.at : undefined;
  return (
    <Detail name={t(since ? 'device.onlineSince' : 'device.lastSeen')}>
      <Ago at={since ?? lastSeenAt} />
    </Detail>
  );
}
