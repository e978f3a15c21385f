import { Card, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePermission } from '../../session/session-context.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { AddDevices } from './add-devices/add-devices.js';
import { RecentActions } from './bulk/recent-actions.js';
import { type Selection, useSelection } from './bulk/selection.js';
import { StartedActionContext } from './bulk/started-actions.js';
import { type RecentActions as Actions, useRecentActions } from './bulk/use-recent-actions.js';
import { ExportDevices } from './export-devices.js';
import { Filters } from './filters/filters.js';
import { type FleetFilter, isFiltered, useFleetFilter } from './filters/fleet-filter.js';
import classes from './fleet.module.css';
import { Activity } from './history/activity.js';
import { HeartbeatChart } from './history/heartbeat-chart.js';
import { DeviceList } from './list/device-list.js';
import type { Fleet } from './live/fleet.js';
import type { HeartbeatFeed } from './live/heartbeat-feed.js';
import { useFleet } from './live/use-fleet.js';
import { LiveBadge } from './live-badge.js';
import { Notices } from './notices.js';
import { Summary } from './summary.js';

/** All devices that the user may see, live. */
export function Component() {
  const { t } = useTranslation();
  const { filter, change, deviceFilter } = useFleetFilter();
  const { fleet, feed, retry } = useFleet(deviceFilter, filter);
  const selection = useSelection(deviceFilter, filter.presence);
  const recent = useRecentActions(retry);
  return (
    <Page
      title={t('fleet.title')}
      actions={
        <Group gap="sm">
          <ExportDevices filter={filter} deviceFilter={deviceFilter} />
          <AddDevices />
          {fleet && <LiveBadge fleet={fleet} />}
        </Group>
      }
    >
      {fleet ? (
        <StartedActionContext value={recent.update}>
          <FleetPanels
            fleet={fleet}
            feed={feed}
            filter={filter}
            selection={selection}
            recent={recent}
            onChange={change}
            onRetry={retry}
          />
        </StartedActionContext>
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
  readonly selection: Selection;
  readonly recent: Actions;
  readonly onChange: (changes: Partial<FleetFilter>) => void;
  readonly onRetry: () => void;
}

/** Renders again only for another filter: each panel subscribes to the fleet itself. */
function FleetPanels({ fleet, feed, filter, selection, recent, onChange, onRetry }: FleetPanelsProps) {
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
      <RecentActions {...recent} />
      <DeviceList fleet={fleet} filter={filter} selection={selection} onClear={onChange} />
    </>
  );
}
