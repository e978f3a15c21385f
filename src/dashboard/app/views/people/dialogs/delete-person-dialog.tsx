import { Modal, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useMutation } from 'urql';
import { displayName } from '../../../domain/display-name';
import { DeleteUserDocument, type PersonFragment } from '../../../generated/graphql';
import { DialogButtons } from '../../../ui/dialog-buttons.js';
import { AdministrationFailure } from '../administration-failure';

interface DeletePersonDialogProps {
  readonly person: PersonFragment;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Deletes a person once their name is typed in as a confirmation. */
export function DeletePersonDialog({ person, opened, onClose }: DeletePersonDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t('people.deleteTitle', { name: displayName(person) })}>
      <DeletePersonForm person={person} onClose={onClose} />
    </Modal>
  );
}

function DeletePersonForm({ person, onClose }: Omit<DeletePersonDialogProps, 'opened'>) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const name = displayName(person);
  const [typed, setTyped] = useState('');
  const [{ error, fetching }, deleteUser] = useMutation(DeleteUserDocument);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { error } = await deleteUser({ input: { id: person.id } });
    if (error) return;
    notifications.show({ message: t('people.deleted', { name }) });
    await navigate('/people', { replace: true });
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <AdministrationFailure error={error} />
        <Text size="sm">{t('people.deleteGone')}</Text>
        <Text size="sm">{t('people.deleteStays')}</Text>
        <TextInput
          label={<Trans i18nKey="people.deleteConfirm" components={{ name: <b>{name}</b> }} />}
          autoComplete="off"
          autoCapitalize="none"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-autofocus
        />
        <DialogButtons
          onCancel={onClose}
          submit={t('people.deletePermanently')}
          color="red"
          loading={fetching}
          disabled={typed.trim() !== name}
        />
      </Stack>
    </form>
  );
}
