import { Anchor, Badge, Button, Group, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMutation } from 'urql';
import { type Failure, failureOf } from '../api/failure.js';
import { RevokeSessionDocument, type SessionsQuery } from '../generated/graphql.js';
import { usePermission, useViewer } from '../session/session-context.js';
import { Ago } from '../time/ago.js';
import { FailureAlert } from '../ui/failure-alert.js';
import { EntryList } from '../ui/lists/entry-list.js';
import { useApiName } from './api-name.js';
import { displayName } from './display-name.js';

type Session = SessionsQuery['sessions']['edges'][number]['node'];

interface SessionListProps {
  readonly sessions: readonly Session[];
  /** Also called when the revocation failed. */
  readonly onRevoked: () => void;
  /** Whether to say whose sessions they are. */
  readonly withOwner?: boolean;
}

/** Sessions with a button to revoke each but the current one, and those that the viewer may not revoke. */
export function SessionList({ sessions, onRevoked, withOwner = false }: SessionListProps) {
  const { t } = useTranslation();
  const clientName = useClientName();
  const may = usePermission();
  const viewer = useViewer();
  const [, revoke] = useMutation(RevokeSessionDocument);
  const [failure, setFailure] = useState<Failure | null>(null);
  const confirm = (session: Session) =>
    modals.openConfirmModal({
      title: t('domain.sessions.revokeTitle'),
      children: <Text size="sm">{t('domain.sessions.revokeHint', { name: clientName(session) })}</Text>,
      labels: { confirm: t('domain.sessions.revoke'), cancel: t('ui.cancel') },
      confirmProps: { color: 'red' },
      onConfirm: async () => {
        const { error } = await revoke({ input: { id: session.id } });
        setFailure(error ? failureOf(error) : null);
        onRevoked();
      },
    });
  return (
    <>
      {failure && <FailureAlert failure={failure} />}
      <EntryList>
        {sessions.map((session) => (
          <SessionEntry
            key={session.id}
            session={session}
            name={clientName(session)}
            withOwner={withOwner}
            onRevoke={
              session.user.id === viewer.user.id || may('SESSIONS_MANAGE') ? () => confirm(session) : null
            }
          />
        ))}
      </EntryList>
    </>
  );
}

interface SessionEntryProps {
  readonly session: Session;
  readonly name: string;
  readonly withOwner: boolean;
  /** Null if the viewer may not revoke it. */
  readonly onRevoke: (() => void) | null;
}

function SessionEntry({ session, name, withOwner, onRevoke }: SessionEntryProps) {
  const { t } = useTranslation();
  const apiName = useApiName();
  const { api, kind, address, clientVersion, createdAt, lastSeenAt, current, user } = session;
  return (
    <Group component="li" justify="space-between" gap="sm" wrap="nowrap">
      <Stack gap={2} miw={0}>
        {withOwner && (
          <Anchor component={Link} to={`/people/${user.id}`} size="sm" style={{ overflowWrap: 'anywhere' }}>
            {displayName(user)}
          </Anchor>
        )}
        <Group gap={6}>
          <Text size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Badge variant="default">
            {kind === 'LOGIN' ? apiName(api) : t(`domain.sessions.kinds.${kind}`)}
          </Badge>
          {current && <Badge variant="light">{t('domain.sessions.current')}</Badge>}
        </Group>
        <Text size="xs" c="dimmed">
          {[address, clientVersion && t('domain.sessions.version', { version: clientVersion })]
            .filter(Boolean)
            .join(' · ')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('domain.sessions.signedIn')} <Ago at={createdAt} /> · {t('domain.sessions.lastActive')}{' '}
          <Ago at={lastSeenAt} />
        </Text>
      </Stack>
      {!current && onRevoke && (
        <Button
          size="compact-sm"
          variant="light"
          color="red"
          flex="none"
          aria-label={t('domain.sessions.revokeOf', { name })}
          onClick={onRevoke}
        >
          {t('domain.sessions.revoke')}
        </Button>
      )}
    </Group>
  );
}

/** Names the client of a session by its model, else by its device id, which says nothing for browsers. */
function useClientName(): (session: Session) => string {
  const { t } = useTranslation();
  return ({ kind, deviceModel, deviceId }) => {
    if (kind === 'DEVICE_CREDENTIAL' && deviceId) return deviceId;
    if (kind === 'API_KEY') return t('domain.sessions.kinds.API_KEY');
    if (deviceModel) return deviceModel;
    if (deviceId?.startsWith('browser-')) return t('domain.sessions.browser');
    return deviceId ?? t('domain.sessions.unnamed');
  };
}
