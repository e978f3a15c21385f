import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { deviceName } from '../../domain/device-name.js';
import { displayName } from '../../domain/display-name.js';
import { PersonSelect } from '../../domain/person-select.js';
import { DeviceDocument, UserDocument } from '../../generated/graphql.js';
import { usePermission } from '../../session/session-context.js';
import { FilterPill } from '../../ui/filter-pill.js';
import type { AuditViewFilter } from './audit-filter.js';

interface AuditPartiesProps {
  readonly filter: AuditViewFilter;
  readonly onChange: (changes: Partial<AuditViewFilter>) => void;
}

/** Filters by the actor and the target of entries: each is chosen from the accounts, and then shown as a pill. */
export function AuditParties({ filter: { user, actor, target }, onChange }: AuditPartiesProps) {
  const { t } = useTranslation();
  const may = usePermission();
  const isChoice = may('USERS_READ');
  return (
    <>
      {actor === null && isChoice && (
        <PersonSelect label={t('audit.anyActor')} value={null} onChange={(actor) => onChange({ actor })} />
      )}
      {target === null && isChoice && (
        <PersonSelect label={t('audit.anyTarget')} value={null} onChange={(target) => onChange({ target })} />
      )}
      {user !== null && <PartyPill id={user} text="person" onRemove={() => onChange({ user: null })} />}
      {actor !== null && <PartyPill id={actor} text="actor" onRemove={() => onChange({ actor: null })} />}
      {target !== null && <PartyPill id={target} text="target" onRemove={() => onChange({ target: null })} />}
    </>
  );
}

interface PartyPillProps {
  /** The node id of an account, a device or another object. */
  readonly id: string;
  readonly text: 'person' | 'actor' | 'target';
  readonly onRemove: () => void;
}

function PartyPill({ id, text, onRemove }: PartyPillProps) {
  const { t } = useTranslation();
  const name = useNodeName(id);
  return (
    <FilterPill
      text={t(`audit.${text}`, { name: name ?? id })}
      removeLabel={t(`audit.remove.${text}`)}
      onRemove={onRemove}
    />
  );
}

/** The name of an account or a device; null of another object, and of one that the viewer may not see. */
function useNodeName(id: string): string | null {
  const may = usePermission();
  const isUser = id.startsWith('user_') && may('USERS_READ');
  const [{ data: found }] = useQuery({ query: UserDocument, variables: { id }, pause: !isUser });
  const isDevice = id.startsWith('device_');
  const [{ data }] = useQuery({ query: DeviceDocument, variables: { id }, pause: !isDevice });
  if (found?.user) return displayName(found.user);
  return data?.device ? deviceName(data.device) : null;
}
