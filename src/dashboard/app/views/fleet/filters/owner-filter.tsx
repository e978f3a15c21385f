import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { displayName } from '../../../domain/display-name.js';
import { PersonSelect } from '../../../domain/person-select.js';
import { UserDocument } from '../../../generated/graphql.js';
import { usePermission } from '../../../session/session-context.js';
import { FilterPill } from '../../../ui/filter-pill.js';
import type { Fleet } from '../live/fleet.js';
import classes from './filters.module.css';

interface OwnerFilterProps {
  readonly fleet: Fleet;
  /** The node id of a person or a service account; null for all. */
  readonly owner: string | null;
  readonly onChange: (owner: string | null) => void;
}

/** Chooses whose devices are listed. The owner that was chosen is a pill. */
export function OwnerFilter({ fleet, owner, onChange }: OwnerFilterProps) {
  const { t } = useTranslation();
  const may = usePermission();
  if (owner !== null) return <OwnerPill fleet={fleet} owner={owner} onRemove={() => onChange(null)} />;
  return (
    may('USERS_READ') &&
    may('DEVICES_READ') && (
      <div className={classes.select}>
        <PersonSelect label={t('fleet.filters.anyOwner')} value={null} onChange={onChange} />
      </div>
    )
  );
}

interface OwnerPillProps {
  readonly fleet: Fleet;
  readonly owner: string;
  readonly onRemove: () => void;
}

function OwnerPill({ fleet, owner, onRemove }: OwnerPillProps) {
  const { t } = useTranslation();
  const may = usePermission();
  const pause = !may('USERS_READ');
  const [{ data }] = useQuery({ query: UserDocument, variables: { id: owner }, pause });
  // Those who may not read people see who owns the listed devices.
  const listed = useSyncExternalStore(fleet.subscribe, () => {
    const [first = ''] = fleet.table.select();
    return fleet.table.row(first)?.device.user;
  });
  const user = data?.user ?? listed;
  return (
    <FilterPill
      text={t('fleet.filters.owner', { name: user ? displayName(user) : '—' })}
      removeLabel={t('fleet.filters.removeOwner')}
      onRemove={onRemove}
    />
  );
}
