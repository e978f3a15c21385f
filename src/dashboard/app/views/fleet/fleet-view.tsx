import { Card, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePermission } from '../../session/session-context.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { AddDevices } from './add-devices/add-devices.js';
import { DeviceList } from './device-list.js';
import { Filters } from './filters.js';
import type { Fleet } from './fleet.js';
import classes from './fleet.module.css';
import { type FleetFilter, isFiltered, useFleetFilter } from './fleet-filter.js';
import { HeartbeatChart } from './heartbeat-chart.js';
import type { HeartbeatFeed } from './heartbeat-feed.js';
import { Activity } from './history/activity.js';
import { LiveBadge } from './live-badge.js';
import { Notices } from './notices.js';
import { Summary } from './summary.js';
import { useFleet } from './use-fleet.js';

/** All devices that the user may see, live. */
export function Component() {
  const { t } = useTranslation();
  const { filter, change, deviceFilter } = useFleetFilter();
  const { fleet, feed, retry } = useFleet(deviceFilter);
  return (
    <Page
      title={t('fleet.title')}
      actions={
        <Group gap="sm">
          <AddDevices />
          {fleet && <LiveBadge fleet={fleet} />}
        </Group>
      }
    >
      {fleet ? (
        <FleetPanels fleet={fleet} feed={feed} filter={filter} onChange={change} onRetry={retry} />
      ) : (
        <Loading />
      )}
    </Page>
  );
}

interface FleetPanelsProps {
  readonly fleet: Fleet;
  readonly feed: HeartbeatFeed;
  readonly filter: FleetFilter;
  readonly onChange: (changes: Partial<FleetFilter>) => void;
  readonly onRetry: () => void;
}

/** Renders again only for another filter: each panel subscribes to the fleet itself. */
function FleetPanels({ fleet, feed, filter, onChange, onRetry }: FleetPanelsProps) {
  const may = usePermission();
  return (
    <>
      <Notices fleet={fleet} onRetry={onRetry} />
      {may('DEVICES_READ') ? (
        <>
          <Summary fleet={fleet} />
          <Activity fleet={fleet} feed={feed} isWhole={!isFiltered({ ...filter, presence: 'all' })} />
        </>
      ) : (
        <div className={classes.overview}>
          <Summary fleet={fleet} />
          <Card padding="md">
            <HeartbeatChart feed={feed} />
          </Card>
        </div>
      )}
      <Filters fleet={fleet} filter={filter} onChange={onChange} />
      <DeviceList fleet={fleet} filter={filter} onClear={onChange} />
    </>
  );
}
