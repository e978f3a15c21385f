import { Anchor, Group, Text } from '@mantine/core';
import { IconCircle, IconCircleFilled } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { useApiName } from '../../domain/api-name.js';
import { deviceName } from '../../domain/device-name.js';
import { DevicesDocument, type MachineFragment } from '../../generated/graphql.js';
import { Ago } from '../../time/ago.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { EntryList } from '../../ui/lists/entry-list.js';
import { Loading } from '../../ui/loading.js';
import { Section } from '../../ui/section.js';

const MOST_SHOWN = 10;

/** The most recently seen devices of a person, with a link to all of them. */
export function PersonDevices({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const [{ data, error }, reload] = useQuery({
    query: DevicesDocument,
    variables: {
      filter: { userId },
      orderBy: { field: 'LAST_SEEN_AT', direction: 'DESC' },
      first: MOST_SHOWN,
      withTotalCount: true,
    },
  });
  const devices = data?.devices.edges.map(({ node }) => node);
  const total = data?.devices.totalCount ?? 0;
  return (
    <Section
      title={t('people.devices')}
      link={
        devices &&
        devices.length > 0 && (
          <Anchor component={Link} to={`/?owner=${userId}`} size="sm">
            {t('people.allDevices')}
          </Anchor>
        )
      }
    >
      {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
      {!devices && !error && <Loading />}
      {devices?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('people.noDevices')}
        </Text>
      )}
      {devices && devices.length > 0 && (
        <EntryList>
          {devices.map((device) => (
            <DeviceEntry key={device.id} device={device} />
          ))}
        </EntryList>
      )}
      {devices && devices.length < total && (
        <Text size="xs" c="dimmed">
          {t('people.someDevices', { shown: devices.length, total })}
        </Text>
      )}
    </Section>
  );
}

function DeviceEntry({ device }: { device: MachineFragment }) {
  const { t } = useTranslation();
  const apiName = useApiName();
  const { id, clientVersion, api, online, lastSeenAt } = device;
  const Icon = online ? IconCircleFilled : IconCircle;
  return (
    <Group component="li" justify="space-between" gap="sm" wrap="nowrap">
      <Group gap="xs" wrap="nowrap" miw={0}>
        <Icon
          size={10}
          color={online ? 'var(--online)' : 'var(--offline)'}
          stroke={3}
          role="img"
          aria-label={t(online ? 'domain.online' : 'domain.offline')}
          style={{ flex: 'none' }}
        />
        <Anchor component={Link} to={`/devices/${id}`} size="sm" truncate>
          {deviceName(device) ?? t('domain.unnamedDevice')}
        </Anchor>
        <Text size="xs" c="dimmed" visibleFrom="xs" truncate>
          {[apiName(api), clientVersion].filter(Boolean).join(' · ')}
        </Text>
      </Group>
      <Text size="xs" c="dimmed" flex="none">
        <Ago at={lastSeenAt} />
      </Text>
    </Group>
  );
}
