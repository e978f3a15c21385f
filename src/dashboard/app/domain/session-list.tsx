import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { type Failure, failureOf } from '../api/failure.js';
import { RevokeSessionDocument, type SessionsQuery } from '../generated/graphql.js';
import { Ago } from '../time/ago.js';
import { EntryList } from '../ui/entry-list.js';
import { FailureAlert } from '../ui/failure-alert.js';
import { useApiName } from '../views/people/door-name.js';

type Session = SessionsQuery['sessions'][number];

/** @param onRevoked after a session was, or could not be. */
export function SessionList({
  sessions,
  onRevoked,
}: {
  sessions: readonly Session[];
  onRevoked: () => void;
}) {
  const { t } = useTranslation();
  const clientName = useClientName();
  const [, revoke] = useMutation(RevokeSessionDocument);
  const [failure, setFailure] = useState<Failure | null>(null);
  const confirm = (session: Session) =>
    modals.openConfirmModal({
      title: t('people.sessions.revokeTitle'),
      children: <Text size="sm">{t('people.sessions.revokeHint', { name: clientName(session) })}</Text>,
      labels: { confirm: t('people.sessions.revoke'), cancel: t('people.cancel') },
      confirmProps: { color: 'red' },
      closeButtonProps: { 'aria-label': t('people.cancel') },
      onConfirm: async () => {
        const { error } = await revoke({ id: session.id });
        setFailure(error ? failureOf(error) : null);
        onRevoked();
      },
    });
  if (sessions.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('people.sessions.none')}
      </Text>
    );
  return (
    <>
      {failure && <FailureAlert failure={failure} />}
      <EntryList>
        {sessions.map((session) => (
          <SessionEntry
            key={session.id}
            session={session}
            name={clientName(session)}
            onRevoke={() => confirm(session)}
          />
        ))}
      </EntryList>
    </>
  );
}

interface SessionEntryProps {
  readonly session: Session;
  readonly name: string;
  readonly onRevoke: () => void;
}

function SessionEntry({ session, name, onRevoke }: SessionEntryProps) {
  const { t } = useTranslation();
  const doorName = useApiName();
  const { door, address, clientVersion, createdAt, lastSeenAt, current } = session;
  return (
    <Group component="li" justify="space-between" gap="sm" wrap="nowrap">
      <Stack gap={2} miw={0}>
        <Group gap={6}>
          <Text size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Badge variant="default">{doorName(door)}</Badge>
          {current && <Badge variant="light">{t('people.sessions.thisOne')}</Badge>}
        </Group>
        <Text size="xs" c="dimmed">
          {[address, clientVersion && t('people.sessions.version', { version: clientVersion })]
            .filter(Boolean)
            .join(' · ')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('people.sessions.opened')} <Ago at={createdAt} /> · {t('people.sessions.used')}{' '}
          <Ago at={lastSeenAt} />
        </Text>
      </Stack>
      {!current && (
        <Button
          size="compact-sm"
          variant="light"
          color="red"
          flex="none"
          aria-label={t('people.sessions.revokeOf', { name })}
          onClick={onRevoke}
        >
          {t('people.sessions.revoke')}
        </Button>
      )}
    </Group>
  );
}

/** What to call the client of a session: its model, else the id it gives itself; a browser's says nothing. */
function useClientName(): (session: Session) => string {
  const { t } = useTranslation();
  return ({ deviceModel, deviceId }) => {
    if (deviceModel) return deviceModel;
    if (deviceId?.startsWith('browser-')) return t('people.sessions.browser');
    return deviceId ?? t('people.sessions.unnamed');
  };
}
