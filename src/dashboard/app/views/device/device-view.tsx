import { Anchor, Card, Stack } from '@mantine/core';
import { IconDeviceDesktopOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import { failureOf } from '../../api/failure.js';
import { deviceName } from '../../domain/device-name.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { DeviceDetails } from './device-details.js';
import { DeviceSessions } from './device-sessions.js';
import { PresenceBadge } from './presence-badge.js';
import { isTimeRange } from './time-range.js';
import { Timeline } from './timeline.js';
import { useDevice } from './use-device.js';

export function Component() {
  const { id = '' } = useParams();
  return <DeviceView key={id} id={id} />;
}

/** One device: what it is, when it was there and why not, and the sessions it came with. */
function DeviceView({ id }: { id: string }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const asked = search.get('span');
  const span = isTimeRange(asked) ? asked : 'today';
  const { device, from, error, fetching, reload } = useDevice(id, span);
  if (error && !device) {
    return (
      <Page title={t('device.title')}>
        <FailureAlert failure={failureOf(error)} onRetry={reload} />
      </Page>
    );
  }
  if (!device) {
    return <Page title={t('device.title')}>{fetching ? <Loading /> : <NoDevice />}</Page>;
  }
  return (
    <Page
      title={deviceName(device) ?? t('device.unnamed')}
      actions={<PresenceBadge online={device.online} />}
    >
      {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
      <Stack gap="md">
        <DeviceDetails device={device} />
        <Card padding="md">
          <Timeline
            device={device}
            from={from}
            span={span}
            onSpan={(span) => setSearch({ span }, { replace: true })}
          />
        </Card>
        <DeviceSessions device={device} />
      </Stack>
    </Page>
  );
}

function NoDevice() {
  const { t } = useTranslation();
  return (
    <EmptyState icon={<IconDeviceDesktopOff size={32} stroke={1.4} aria-hidden />}>
      {t('device.none')}{' '}
      <Anchor component={Link} to="/">
        {t('feedback.backToFleet')}
      </Anchor>
    </EmptyState>
  );
}
