import { Anchor, Text } from '@mantine/core';
import { Trans, useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { NameFragment } from '../../generated/graphql.js';
import { deviceName } from '../device-name.js';
import { displayName } from '../display-name.js';
import { useRoleNames } from '../role-name.js';
import { en as domain } from '../texts.js';
import { operatorOf } from './operator.js';
import { type AuditEntry, sentenceKey } from './sentence-key.js';

/** Says who did what, with links to the people. */
export function EntrySentence({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const roleNames = useRoleNames();
  const { actor, subject, device, target } = entry;
  const bulkAction = (text: string) => {
    const [kind = '', ...others] = text.split(' ');
    const count = Number(others.pop());
    if (!isActionKind(kind)) return text;
    return t('auditEntry.bulk', { action: t(`domain.deviceActions.${kind}`, { value: others[0] }), count });
  };
  const detail = detailOf(entry, roleNames, bulkAction);
  return (
    <Text span size="sm" style={{ overflowWrap: 'anywhere' }}>
      <Trans
        i18nKey={`auditEntry.sentences.${sentenceKey(entry)}`}
        components={{
          actor: (
            <Person
              person={actor}
              otherwise={t(operatorOf(entry) === null ? 'auditEntry.system' : 'auditEntry.operator')}
            />
          ),
          subject: (
            <Person
              person={subject}
              otherwise={t(target ? 'auditEntry.deletedUser' : 'auditEntry.unknownAccount')}
            />
          ),
          device: (
            <Anchor component={Link} to={`/devices/${target}`} inherit fw={550} c="inherit">
              {(device && deviceName(device)) ?? target}
            </Anchor>
          ),
          detail: (
            <Text span inherit fw={550}>
              {detail}
            </Text>
          ),
        }}
      />
    </Text>
  );
}

const isActionKind = (name: string): name is keyof typeof domain.deviceActions =>
  Object.hasOwn(domain.deviceActions, name);

/** A role has its permissions behind its code. */
function detailOf(
  { action, detail, target }: AuditEntry,
  roleNames: (codes: string) => string,
  bulkAction: (detail: string) => string,
): string | null {
  if (action === 'USER_ROLES') return roleNames(detail ?? '');
  if (action === 'DEVICE_DELETE' || action === 'DEVICE_BULK_STOP' || action === 'DEVICE_BULK_RESUME') {
    return target;
  }
  if (action === 'DEVICE_BULK') return bulkAction(detail ?? '');
  return action.startsWith('ROLE_') ? (detail?.split(' ')[0] ?? null) : detail;
}

function Person({ person, otherwise }: { person: NameFragment | null; otherwise: string }) {
  if (!person)
    return (
      <Text span inherit>
        {otherwise}
      </Text>
    );
  return (
    <Anchor component={Link} to={`/people/${person.id}`} inherit fw={550} c="inherit">
      {displayName(person)}
    </Anchor>
  );
}
