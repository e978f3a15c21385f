import { Anchor, Card, Code, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { displayName } from '../../domain/display-name.js';
import type { DeviceQuery } from '../../generated/graphql.js';
import { usePermission } from '../../session/session-context.js';
import { Ago } from '../../time/ago.js';
import { useApiName } from '../people/door-name.js';

export type LoadedDevice = NonNullable<DeviceQuery['device']>;

/** What is known of a device, and whose it is. */
export function DeviceDetails({ device }: { device: LoadedDevice }) {
  const { t } = useTranslation();
  const may = usePermission();
  const doorName = useApiName();
  const { user, door, clientVersion, clientId, firstSeenAt } = device;
  const owner = displayName(user);
  return (
    <Card padding="md">
      <SimpleGrid component="dl" m={0} cols={{ base: 2, sm: 3, lg: 6 }} spacing="md" verticalSpacing="md">
        <Fact name={t('device.owner')}>
          {may('users:read') ? (
            <Anchor component={Link} to={`/people/${user.id}`} inherit>
              {owner}
            </Anchor>
          ) : (
            owner
          )}
        </Fact>
        <Fact name={t('device.door')}>{doorName(door)}</Fact>
        <Fact name={t('device.version')}>{clientVersion ?? t('device.unknown')}</Fact>
        <LastSign device={device} />
        <Fact name={t('device.firstSeen')}>
          <Ago at={firstSeenAt} />
        </Fact>
        <Fact name={t('device.clientId')}>{clientId ? <Code>{clientId}</Code> : t('device.noClientId')}</Fact>
      </SimpleGrid>
    </Card>
  );
}

/** Since when it is online, where the history that was asked for tells; else when it was heard last. */
function LastSign({ device: { online, history, lastSeenAt } }: { device: LoadedDevice }) {
  const { t } = useTranslation();
  const since = online ? history.findLast((transition) => transition.online)?.at : undefined;
  return (
    <Fact name={t(since ? 'device.onlineSince' : 'device.lastSeen')}>
      <Ago at={since ?? lastSeenAt} />
    </Fact>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Stack gap={2} miw={0}>
      <Text component="dt" size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} fw={500} style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </Stack>
  );
}
