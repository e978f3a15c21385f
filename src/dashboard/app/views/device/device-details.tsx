import { Anchor, Card, Code, SimpleGrid } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useApiName } from '../../domain/api-name.js';
import { displayName } from '../../domain/display-name.js';
import type { DeviceQuery } from '../../generated/graphql.js';
import { usePermission } from '../../session/session-context.js';
import { Ago } from '../../time/ago.js';
import { Detail } from '../../ui/detail.js';

export type LoadedDevice = NonNullable<DeviceQuery['device']>;

export function DeviceDetails({ device }: { device: LoadedDevice }) {
  const { t } = useTranslation();
  const may = usePermission();
  const apiName = useApiName();
  const { user, door, clientVersion, clientId, firstSeenAt } = device;
  const owner = displayName(user);
  return (
    <Card padding="md">
      <SimpleGrid component="dl" m={0} cols={{ base: 2, sm: 3, lg: 6 }} spacing="md" verticalSpacing="md">
        <Detail name={t('device.owner')}>
          {may('users:read') ? (
            <Anchor component={Link} to={`/people/${user.id}`} inherit>
              {owner}
            </Anchor>
          ) : (
            owner
          )}
        </Detail>
        <Detail name={t('device.api')}>{apiName(door)}</Detail>
        <Detail name={t('device.version')}>{clientVersion ?? t('device.unknown')}</Detail>
        <LastSeen device={device} />
        <Detail name={t('device.firstSeen')}>
          <Ago at={firstSeenAt} />
        </Detail>
        <Detail name={t('device.clientId')}>
          {clientId ? <Code>{clientId}</Code> : t('device.noClientId')}
        </Detail>
      </SimpleGrid>
    </Card>
  );
}

/** "Online since" when the loaded history has that transition, else "Last seen". */
function LastSeen({ device: { online, history, lastSeenAt } }: { device: LoadedDevice }) {
  const { t } = useTranslation();
  const since = online ? history.findLast((transition) => transition.online)?.at : undefined;
  return (
    <Detail name={t(since ? 'device.onlineSince' : 'device.lastSeen')}>
      <Ago at={since ?? lastSeenAt} />
    </Detail>
  );
}
