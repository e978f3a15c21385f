import { Anchor, Card, Group, Stack } from '@mantine/core';
import { IconDeviceDesktopOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import { nodeIdOf } from '../../api/node-id.js';
import { deviceName } from '../../domain/device-name.js';
import { usePermission } from '../../session/session-context.js';
import { useNow } from '../../time/clock.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { DeviceDetails } from './device-details.js';
import { DeviceNotes } from './device-notes.js';
import { DeviceSessions } from './device-sessions.js';
import { useDeviceDetail } from './history/use-device-detail.js';
import { VersionList } from './history/version-list.js';
import { PresenceBadge } from './presence-badge.js';
import { EarlierEvents } from './timeline/earlier-events.js';
import { isTimeRange, loadStart, rangeStart } from './timeline/time-range.js';
import { Timeline } from './timeline/timeline.js';
import { useDevice } from './use-device.js';

export function Component() {
  const { id = '' } = useParams();
  return <DeviceView key={id} id={nodeIdOf('device', id)} />;
}

/** The details, the timeline and the sessions of one device. */
function DeviceView({ id }: { id: string }) {
  const { t } = useTranslation();
  const may = usePermission();
  const [search, setSearch] = useSearchParams();
  const requested = search.get('range');
  const timeRange = isTimeRange(requested) ? requested : 'today';
  const now = useNow();
  const from = rangeStart(timeRange, now);
  const { device, history, loadEarlier, loadingEarlier, failure, fetching, reload } = useDevice(
    id,
    loadStart(timeRange, now),
  );
  const detail = useDeviceDetail(id);
  if (failure && failure.field !== 'id' && !device) {
    return (
      <Page title={t('device.title')}>
        <FailureAlert failure={failure} onRetry={reload} />
      </Page>
    );
  }
  if (!device || !history) {
    return <Page title={t('device.title')}>{fetching ? <Loading /> : <DeviceNotFound />}</Page>;
  }
  const [first] = history.events;
  const isCutOff = history.before !== null && first !== undefined && Date.parse(first.at) > from;
  return (
    <Page
      title={deviceName(device) ?? t('domain.unnamedDevice')}
      parent={{ to: '/', title: t('fleet.title') }}
      actions={
        <Group gap="md">
          {may('AUDIT_READ') && (
            <Anchor component={Link} to={`/audit?target=${device.id}`} size="sm">
              {t('device.activity')}
            </Anchor>
          )}
          <PresenceBadge online={device.online} />
        </Group>
      }
    >
      {failure && <FailureAlert failure={failure} onRetry={reload} />}
      <Stack gap="md">
        <DeviceDetails device={device} history={history} detail={detail} />
        <DeviceNotes device={device} onSaved={reload} />
        <Card padding="md">
          <Timeline
            device={device}
            history={history}
            from={from}
            timeRange={timeRange}
            onTimeRangeChange={(range) => setSearch({ range }, { replace: true })}
          />
          {isCutOff && (
            <EarlierEvents
              loaded={history.events.length}
              onLoad={() => void loadEarlier()}
              loading={loadingEarlier}
            />
          )}
        </Card>
        {detail && <VersionList detail={detail} firstSeenAt={device.firstSeenAt} />}
        <DeviceSessions device={device} />
      </Stack>
    </Page>
  );
}

function DeviceNotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={<IconDeviceDesktopOff size={32} stroke={1.4} aria-hidden />}
      action={
        <Anchor component={Link} to="/">
          {t('shell.backToFleet')}
        </Anchor>
      }
    >
      {t('device.notFound')}
    </EmptyState>
  );
}
