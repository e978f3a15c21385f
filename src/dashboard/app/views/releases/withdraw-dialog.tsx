import { Modal, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { failureOf } from '../../api/failure.js';
import { LONGEST_RELEASE_TEXT } from '../../api/limits.js';
import { type PackageFragment, WithdrawReleaseDocument } from '../../generated/graphql.js';
import { DialogButtons } from '../../ui/dialog-buttons.js';
import { FailureAlert } from '../../ui/failure-alert.js';

interface WithdrawDialogProps {
  /** Null while the dialog is closed. */
  readonly release: PackageFragment | null;
  readonly onClose: () => void;
}

/** Withdraws a release with a reason. The list updates by its subscription. */
export function WithdrawDialog({ release, onClose }: WithdrawDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={release !== null}
      onClose={onClose}
      title={release && t('releases.withdrawTitle', { version: release.version })}
    >
      {release && <WithdrawForm release={release} onClose={onClose} />}
    </Modal>
  );
}

function WithdrawForm({
  release: { id, channel },
  onClose,
}: {
  release: PackageFragment;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const [{ error, fetching }, withdraw] = useMutation(WithdrawReleaseDocument);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { error } = await withdraw({ input: { id, reason } });
    if (!error) onClose();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <Text size="sm">{t('releases.withdrawHint', { channel })}</Text>
        {error && <FailureAlert failure={failureOf(error)} />}
        <Textarea
          label={t('releases.reason')}
          required
          withAsterisk={false}
          autosize
          minRows={2}
          maxLength={LONGEST_RELEASE_TEXT}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
        <DialogButtons
          onCancel={onClose}
          submit={t('releases.withdrawPermanently')}
          color="red"
          loading={fetching}
          disabled={reason.trim() === ''}
        />
      </Stack>
    </form>
  );
}
