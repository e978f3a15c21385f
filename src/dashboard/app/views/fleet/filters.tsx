import { Button, SegmentedControl, Select } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { apiNames } from '../../domain/api-name.js';
import { displayName } from '../../domain/display-name.js';
import { AdoptionDocument } from '../../generated/graphql.js';
import { usePermission } from '../../session/session-context.js';
import { FilterPill } from '../../ui/filter-pill.js';
import { SearchBox } from '../../ui/search-box.js';
import type { Presence } from './device-table.js';
import type { Fleet } from './fleet.js';
import classes from './fleet.module.css';
import { everything, type FleetFilter, isNarrowed } from './fleet-filter.js';

interface FiltersProps {
  readonly fleet: Fleet;
  readonly filter: FleetFilter;
  readonly onChange: (changes: Partial<FleetFilter>) => void;
}

/** What narrows the list. */
export function Filters({ fleet, filter, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const may = usePermission();
  const presences = (['all', 'online', 'offline'] as const).map((value) => ({
    value,
    label: t(`fleet.filters.presences.${value}`),
  }));
  return (
    <search className={classes.filters} aria-label={t('fleet.filters.label')}>
      <SearchBox
        label={t('fleet.filters.search')}
        value={filter.search}
        onChange={(search) => onChange({ search })}
        className={classes.search}
      />
      <SegmentedControl<Presence>
        aria-label={t('fleet.filters.presence')}
        data={presences}
        value={filter.presence}
        onChange={(presence) => onChange({ presence })}
      />
      <Select
        aria-label={t('fleet.filters.door')}
        placeholder={t('fleet.filters.anyDoor')}
        data={apiNames.map((door) => ({ value: door, label: t(`fleet.doors.${door}`) }))}
        value={filter.door}
        onChange={(door) => onChange({ door })}
        clearable
        className={classes.select}
      />
      {may('adoption:read') && (
        <VersionSelect value={filter.version} onChange={(version) => onChange({ version })} />
      )}
      {filter.owner && <Owner fleet={fleet} onDrop={() => onChange({ owner: null })} />}
      {isNarrowed(filter) && (
        <Button variant="subtle" onClick={() => onChange(everything)}>
          {t('fleet.filters.clear')}
        </Button>
      )}
    </search>
  );
}

function VersionSelect({
  value,
  onChange,
}: {
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  const { t } = useTranslation();
  const [{ data }] = useQuery({ query: AdoptionDocument });
  const reported = data?.adoption.flatMap(({ clientVersion }) => clientVersion ?? []) ?? [];
  return (
    <Select
      aria-label={t('fleet.filters.version')}
      placeholder={t('fleet.filters.anyVersion')}
      data={[...new Set([...reported, ...(value ? [value] : [])])]}
      value={value}
      onChange={onChange}
      clearable
      searchable
      limit={100}
      className={classes.select}
    />
  );
}

/** The owner whose devices are shown, by the name that they have at one of them. */
function Owner({ fleet, onDrop }: { fleet: Fleet; onDrop: () => void }) {
  const { t } = useTranslation();
  const user = useSyncExternalStore(fleet.subscribe, () => {
    const [first] = fleet.table.select('all');
    return first === undefined ? undefined : fleet.table.row(first)?.device.user;
  });
  return (
    <FilterPill
      text={t('fleet.filters.owner', { name: user ? displayName(user) : '—' })}
      dropLabel={t('fleet.filters.dropOwner')}
      onDrop={onDrop}
    />
  );
}
