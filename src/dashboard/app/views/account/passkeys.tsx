import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import { IconFingerprint } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation, useQuery } from 'urql';
import { type Failure, failureOf } from '../../api/failure.js';
import { FactorSummary } from '../../domain/factors/factor-summary.js';
import { passkeySupport } from '../../domain/passkeys/browser-passkeys.js';
import { NewPasskey } from '../../domain/passkeys/new-passkey.js';
import { PasskeyHint } from '../../domain/passkeys/passkey-hint.js';
import {
  MyPasskeysDocument,
  type PasskeyFragment,
  RemovePasskeyDocument,
  SecondFactorsDocument,
} from '../../generated/graphql.js';
import { useSession } from '../../session/session-context.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { EntryList } from '../../ui/lists/entry-list.js';
import { Loading } from '../../ui/loading.js';
import { Section } from '../../ui/section.js';
import { shownOnce } from '../../ui/shown-once.js';
import { RenamePasskeyDialog } from './rename-passkey-dialog.js';

/** Adds, renames and removes the user's passkeys. */
export function Passkeys({ onChanged }: { onChanged: () => void }) {
  const { t } = useTranslation();
  const [adding, { open, close }] = useDisclosure();
  const [{ data, error }, reload] = useQuery({ query: MyPasskeysDocument });
  const passkeys = data?.secondFactors.passkeys;
  const refresh = () => {
    reload({ requestPolicy: 'network-only' });
    onChanged();
  };
  const added = () => {
    close();
    notifications.show({ message: t('passkeys.added') });
    refresh();
  };
  return (
    <Section
      title={t('passkeys.title')}
      link={
        passkeySupport() === 'supported' && (
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconFingerprint size={16} aria-hidden />}
            onClick={open}
          >
            {t('passkeys.add')}
          </Button>
        )
      }
    >
      <Text size="sm" c="dimmed">
        {t('passkeys.hint')}
      </Text>
      <PasskeyHint />
      {error && <FailureAlert failure={failureOf(error)} onRetry={refresh} />}
      {!error && !passkeys && <Loading />}
      {passkeys?.length === 0 && <Text size="sm">{t('passkeys.none')}</Text>}
      {passkeys && passkeys.length > 0 && <PasskeyList passkeys={passkeys} onChanged={refresh} />}
      <Modal
        opened={adding}
        {...shownOnce}
        onClose={() => {
          close();
          refresh();
        }}
        title={t('passkeys.newTitle')}
      >
        <NewPasskey onAdded={added} onCancel={close} />
      </Modal>
    </Section>
  );
}

interface PasskeyListProps {
  readonly passkeys: readonly PasskeyFragment[];
  readonly onChanged: () => void;
}

function PasskeyList({ passkeys, onChanged }: PasskeyListProps) {
  const { t } = useTranslation();
  const session = useSession();
  const [, remove] = useMutation(RemovePasskeyDocument);
  const [{ data }] = useQuery({ query: SecondFactorsDocument });
  const factors = data?.secondFactors;
  const isOnlyFactor = passkeys.length === 1 && factors !== undefined && !factors.methods.includes('TOTP');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [renamed, setRenamed] = useState<PasskeyFragment | null>(null);
  const confirmRemoval = ({ id, name }: PasskeyFragment) =>
    modals.openConfirmModal({
      title: t('passkeys.removeTitle', { name }),
      children: (
        <Stack gap="xs">
          <Text size="sm">{t('passkeys.removeHint')}</Text>
          {isOnlyFactor && (
            <Text size="sm">{t(factors.required ? 'factors.removeRequired' : 'factors.removeHint')}</Text>
          )}
        </Stack>
      ),
      labels: { confirm: t('passkeys.remove'), cancel: t('ui.cancel') },
      confirmProps: { color: 'red' },
      onConfirm: async () => {
        const { error } = await remove({ input: { id } });
        setFailure(error ? failureOf(error) : null);
        if (error) return;
        notifications.show({ message: t('passkeys.removed') });
        onChanged();
        // A role may require a factor: the session then allows nothing else.
        await session.refresh(session.token);
      },
    });
  return (
    <>
      {failure && <FailureAlert failure={failure} />}
      <EntryList>
        {passkeys.map((passkey) => (
          <PasskeyEntry
            key={passkey.id}
            passkey={passkey}
            onRename={() => setRenamed(passkey)}
            onRemove={() => confirmRemoval(passkey)}
          />
        ))}
      </EntryList>
      {renamed && (
        <RenamePasskeyDialog
          key={renamed.id}
          passkey={renamed}
          onClose={() => {
            setRenamed(null);
            onChanged();
          }}
        />
      )}
    </>
  );
}

interface PasskeyEntryProps {
  readonly passkey: PasskeyFragment;
  readonly onRename: () => void;
  readonly onRemove: () => void;
}

function PasskeyEntry({ passkey, onRename, onRemove }: PasskeyEntryProps) {
  const { t } = useTranslation();
  const { name, backedUp, createdAt, lastUsedAt } = passkey;
  return (
    <Group component="li" justify="space-between" gap="sm">
      <FactorSummary name={name} backedUp={backedUp} addedAt={createdAt} lastUsedAt={lastUsedAt} />
      <Group gap="xs" wrap="nowrap">
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t('passkeys.renameOf', { name })}
          onClick={onRename}
        >
          {t('passkeys.rename')}
        </Button>
        <Button
          size="compact-sm"
          variant="light"
          color="red"
          aria-label={t('passkeys.removeOf', { name })}
          onClick={onRemove}
        >
          {t('passkeys.remove')}
        </Button>
      </Group>
    </Group>
  );
}
