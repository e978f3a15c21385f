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

/** The details, the timeline and the sessions of one device. */
function DeviceView({ id }: { id: string }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const requested = search.get('range');
  const timeRange = isTimeRange(requested) ? requested : 'today';
  const { device, from, error, fetching, reload } = useDevice(id, timeRange);
  if (error && !device) {
    return (
      <Page title={t('device.title')}>
        <FailureAlert failure={failureOf(error)} onRetry={reload} />
      </Page>
    );
  }
  if (!device) {
    return <Page title={t('device.title')}>{fetching ? <Loading /> : <DeviceNotFound />}</Page>;
  }
  return (
    <Page
      title={deviceName(device) ?? t('domain.unnamedDevice')}
      actions={<PresenceBadge online={device.online} />}
    >
      {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
      <Stack gap="md">
        <DeviceDetails device={device} />
        <Card padding="md">
          <Timeline
            device={device}
            from={from}
            timeRange={timeRange}
            onTimeRangeChange={(range) => setSearch({ range }, { replace: true })}
          />
        </Card>
        <DeviceSessions device={device} />
      </Stack>
    </Page>
  );
}

function DeviceNotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState icon={<IconDeviceDesktopOff size={32} stroke={1.4} aria-hidden />}>
      {t('device.notFound')}{' '}
      <Anchor component={Link} to="/">
        {t('shell.backToFleet')}
      </Anchor>
    </EmptyState>
  );
}
