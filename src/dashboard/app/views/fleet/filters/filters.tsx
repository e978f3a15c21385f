import { Button, Checkbox, SegmentedControl, Select } from '@mantine/core';
import { IconArrowsSort } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { apiOf, apis } from '../../../domain/api-name.js';
import { AdoptionDocument } from '../../../generated/graphql.js';
import { usePermission } from '../../../session/session-context.js';
import { FilterPill } from '../../../ui/filter-pill.js';
import { SearchBox } from '../../../ui/search-box.js';
import { Groups } from '../groups/groups.js';
import type { Presence } from '../live/device-table.js';
import type { Fleet } from '../live/fleet.js';
import classes from './filters.module.css';
import { type FleetFilter, isFiltered, noFilter } from './fleet-filter.js';
import { fleetOrderOf, fleetOrders } from './fleet-order.js';
import { OwnerFilter } from './owner-filter.js';

interface FiltersProps {
  readonly fleet: Fleet;
  readonly filter: FleetFilter;
  readonly onChange: (changes: Partial<FleetFilter>) => void;
}

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
        aria-label={t('fleet.filters.api')}
        placeholder={t('fleet.filters.anyApi')}
        data={apis.map((api) => ({ value: api, label: t(`domain.apis.${api}`) }))}
        value={filter.api}
        onChange={(api) => onChange({ api: apiOf(api ?? '') })}
        clearable
        className={classes.select}
      />
      {may('ADOPTION_READ') && (
        <VersionSelect value={filter.version} onChange={(version) => onChange({ version })} />
      )}
      <OwnerFilter fleet={fleet} owner={filter.owner} onChange={(owner) => onChange({ owner })} />
      <Select
        aria-label={t('fleet.filters.sort')}
        data={fleetOrders
          .filter((order) => order !== 'owner' || may('DEVICES_READ'))
          .map((value) => ({ value, label: t(`fleet.filters.orders.${value}`) }))}
        value={filter.order}
        onChange={(order) => onChange({ order: fleetOrderOf(order) })}
        allowDeselect={false}
        leftSection={<IconArrowsSort size={16} aria-hidden />}
        className={classes.order}
      />
      <Checkbox
        label={t('fleet.filters.retired')}
        checked={filter.retired}
        onChange={(event) => onChange({ retired: event.currentTarget.checked })}
      />
      {filter.channel && (
        <FilterPill
          text={t('fleet.filters.channel', { channel: filter.channel })}
          removeLabel={t('fleet.filters.removeTag', { tag: filter.channel })}
          onRemove={() => onChange({ channel: null })}
        />
      )}
      {filter.tags.map((tag) => (
        <FilterPill
          key={tag}
          text={tag}
          removeLabel={t('fleet.filters.removeTag', { tag })}
          onRemove={() => onChange({ tags: filter.tags.filter((other) => other !== tag) })}
        />
      ))}
      {may('DEVICES_READ') && <Groups filter={filter} onChange={onChange} />}
      {isFiltered(filter) && (
        <Button variant="subtle" onClick={() => onChange(noFilter)}>
          {t('fleet.filters.clear')}
        </Button>
      )}
    </search>
  );
}

interface VersionSelectProps {
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
}

/** Offers the versions that devices report. */
function VersionSelect({ value, onChange }: VersionSelectProps) {
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
