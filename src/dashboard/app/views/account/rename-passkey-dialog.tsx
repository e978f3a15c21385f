import { Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { failureOf } from '../../api/failure.js';
import { type PasskeyFragment, RenamePasskeyDocument } from '../../generated/graphql.js';
import { DialogButtons } from '../../ui/dialog-buttons.js';
import { FailureAlert } from '../../ui/failure-alert.js';

interface RenamePasskeyDialogProps {
  readonly passkey: PasskeyFragment;
  readonly onClose: () => void;
}

export function RenamePasskeyDialog({ passkey, onClose }: RenamePasskeyDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(passkey.name);
  const [{ error, fetching }, rename] = useMutation(RenamePasskeyDocument);
  const failure = error ? failureOf(error) : null;
  const isNameWrong = failure?.code === 'INVALID_INPUT';
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    const { data } = await rename({ input: { id: passkey.id, name } });
    if (data) onClose();
  };
  return (
    <Modal opened onClose={onClose} title={t('passkeys.renameTitle')}>
      <form onSubmit={(event) => void onSubmit(event)}>
        <Stack gap="sm">
          {failure && !isNameWrong && <FailureAlert failure={failure} />}
          <TextInput
            label={t('passkeys.name')}
            value={name}
            error={isNameWrong && t('passkeys.invalidName')}
            maxLength={64}
            autoComplete="off"
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <DialogButtons onCancel={onClose} submit={t('passkeys.save')} loading={fetching} />
        </Stack>
      </form>
    </Modal>
  );
}
