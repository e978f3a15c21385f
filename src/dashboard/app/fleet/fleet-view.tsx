import { useTranslation } from 'react-i18next';
import { Failed } from '../feedback/failed.js';
import { Loading } from '../feedback/loading.js';
import { Page } from '../shell/page.js';
import { BeatChart } from './beat-chart.js';
import { DeviceList } from './device-list.js';
import { Filters } from './filters.js';
import type { Fleet } from './fleet.js';
import classes from './fleet.module.css';
import { type FleetFilter, useFleetFilter } from './fleet-filter.js';
import { Notices } from './notices.js';
import { Summary } from './summary.js';
import { useFleet, useFleetView } from './use-fleet.js';

/** All devices a person may see, live. */
export function Component() {
  const { t } = useTranslation();
  const { filter, change, asked } = useFleetFilter();
  const { fleet, retry } = useFleet(asked);
  return (
    <Page title={t('fleet.title')}>
      {fleet ? <Followed fleet={fleet} filter={filter} onChange={change} onRetry={retry} /> : <Loading />}
    </Page>
  );
}

interface FollowedProps {
  readonly fleet: Fleet;
  readonly filter: FleetFilter;
  readonly onChange: (changes: Partial<FleetFilter>) => void;
  readonly onRetry: () => void;
}

function Followed({ fleet, filter, onChange, onRetry }: FollowedProps) {
  const view = useFleetView(fleet);
  return (
    <>
      <Notices view={view} onDismiss={fleet.dismissCaughtUp} />
      {view.failure && <Failed failure={view.failure} onRetry={onRetry} />}
      <div className={classes.overview}>
        <Summary view={view} />
        <BeatChart fleet={fleet} />
      </div>
      <Filters fleet={fleet} filter={filter} onChange={onChange} />
      <DeviceList fleet={fleet} view={view} filter={filter} onClear={onChange} />
    </>
  );
}
