import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { type Failure, failureOf } from '../../api/failure.js';
import { type KeyFragment, RevokeApiKeyDocument } from '../../generated/graphql.js';
import { Ago } from '../../time/ago.js';
import { gatewayTime } from '../../time/clock.js';
import { exactTime } from '../../time/format.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { EntryList } from '../../ui/lists/entry-list.js';

interface KeyListProps {
  readonly keys: readonly KeyFragment[];
  /** Also called when the revocation failed. */
  readonly onRevoked: () => void;
}

/** Keys with a button to revoke each. */
export function KeyList({ keys, onRevoked }: KeyListProps) {
  const { t } = useTranslation();
  const [, revoke] = useMutation(RevokeApiKeyDocument);
  const [failure, setFailure] = useState<Failure | null>(null);
  const confirm = ({ id, name }: KeyFragment) =>
    modals.openConfirmModal({
      title: t('keys.revokeTitle', { name }),
      children: <Text size="sm">{t('keys.revokeHint')}</Text>,
      labels: { confirm: t('keys.revoke'), cancel: t('ui.cancel') },
      confirmProps: { color: 'red' },
      onConfirm: async () => {
        const { error } = await revoke({ input: { id } });
        setFailure(error ? failureOf(error) : null);
        onRevoked();
      },
    });
  return (
    <>
      {failure && <FailureAlert failure={failure} />}
      <EntryList>
        {keys.map((key) => (
          <KeyEntry key={key.id} apiKey={key} onRevoke={() => confirm(key)} />
        ))}
      </EntryList>
    </>
  );
}

function KeyEntry({ apiKey, onRevoke }: { apiKey: KeyFragment; onRevoke: () => void }) {
  const { t } = useTranslation();
  const { name, hint, permissions, createdAt, lastUsedAt } = apiKey;
  return (
    <Group component="li" justify="space-between" gap="sm" wrap="nowrap">
      <Stack gap={2} miw={0}>
        <Group gap={6}>
          <Text size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Code>…{hint}</Code>
        </Group>
        <Text size="xs" c="dimmed">
          {permissions.map((permission) => t(`keys.permission.${permission}`)).join(' · ')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('keys.createdAt')} <Ago at={createdAt} /> ·{' '}
          {lastUsedAt ? (
            <>
              {t('keys.lastUsed')} <Ago at={lastUsedAt} />
            </>
          ) : (
            t('keys.neverUsed')
          )}
        </Text>
        <Expiry apiKey={apiKey} />
      </Stack>
      <Button
        size="compact-sm"
        variant="light"
        color="red"
        flex="none"
        aria-label={t('keys.revokeOf', { name })}
        onClick={onRevoke}
      >
        {t('keys.revoke')}
      </Button>
    </Group>
  );
}

function Expiry({ apiKey: { expiresAt } }: { apiKey: KeyFragment }) {
  const { t, i18n } = useTranslation();
  if (!expiresAt) return <Text size="xs">{t('keys.doesNotExpire')}</Text>;
  const at = new Date(expiresAt);
  const isOver = at.getTime() <= gatewayTime();
  return (
    <Text size="xs" c={isOver ? 'red' : 'dimmed'}>
      {t(isOver ? 'keys.expired' : 'keys.expires')} {exactTime(at, i18n.language)}
    </Text>
  );
}
