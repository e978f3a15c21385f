import { Button, Card, Text } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../ui/empty-state.js';
import { Loading } from '../../ui/loading.js';
import { DeviceRows } from './device-rows.js';
import { type Fleet, MOST_ROWS } from './fleet.js';
import classes from './fleet.module.css';
import { everything, type FleetFilter, isNarrowed } from './fleet-filter.js';
import { useFleetSnapshot } from './use-fleet.js';

interface DeviceListProps {
  readonly fleet: Fleet;
  readonly filter: FleetFilter;
  readonly onClear: (everything: FleetFilter) => void;
}

/** The devices by name; of thousands, only those in sight are in the page. */
export function DeviceList({ fleet, filter, onClear }: DeviceListProps) {
  const ids = useSyncExternalStore(fleet.subscribe, () => fleet.table.select(filter.presence));
  const { loaded, failure } = useFleetSnapshot(fleet);
  // That nothing could be read does not mean that there is nothing; the page says what failed.
  if (failure && loaded === 0) return null;
  return (
    <Card padding={0} className={classes.list}>
      <ListState fleet={fleet} shown={ids.length} />
      {ids.length > 0 ? (
        <DeviceRows fleet={fleet} ids={ids} />
      ) : (
        <NoRows fleet={fleet} narrowed={isNarrowed(filter)} onClear={() => onClear(everything)} />
      )}
    </Card>
  );
}

interface NoRowsProps {
  readonly fleet: Fleet;
  readonly narrowed: boolean;
  readonly onClear: () => void;
}

function NoRows({ fleet, narrowed, onClear }: NoRowsProps) {
  const { t } = useTranslation();
  const { loading, failure } = useFleetSnapshot(fleet);
  if (loading) return <Loading />;
  // The page says what failed.
  if (failure) return null;
  if (!narrowed) return <EmptyState>{t('fleet.list.none')}</EmptyState>;
  return (
    <EmptyState>
      {t('fleet.list.noMatch')}{' '}
      <Button variant="subtle" size="compact-sm" onClick={onClear}>
        {t('fleet.filters.clear')}
      </Button>
    </EmptyState>
  );
}

function ListState({ fleet, shown }: { fleet: Fleet; shown: number }) {
  const { t, i18n } = useTranslation();
  const { loaded, loading, counts } = useFleetSnapshot(fleet);
  const amounts = {
    loaded: loaded.toLocaleString(i18n.language),
    total: (counts?.total ?? loaded).toLocaleString(i18n.language),
  };
  const more = !loading && loaded >= MOST_ROWS && (counts?.total ?? 0) > loaded;
  return (
    <div className={classes.listState}>
      {(loaded > 0 || !loading) && (
        <Text size="sm" fw={600}>
          {t('fleet.list.shown', { count: shown })}
        </Text>
      )}
      {loading && loaded > 0 && (
        <Text size="sm" c="dimmed">
          {t('fleet.list.loading', amounts)}
        </Text>
      )}
      {more && (
        <Text size="sm" c="dimmed">
          {t('fleet.list.most', amounts)}
        </Text>
      )}
    </div>
  );
}
