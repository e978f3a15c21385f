import { Fieldset, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useMutation } from 'urql';
import { failureOf } from '../../../api/failure.js';
import { isFieldError, useAccountFieldErrors } from '../../../domain/use-account-field-errors.js';
import { CreateServiceAccountDocument } from '../../../generated/graphql.js';
import { DialogButtons } from '../../../ui/dialog-buttons.js';
import { FailureAlert } from '../../../ui/failure-alert.js';
import { useFocusInvalid } from '../../../ui/use-focus-invalid.js';
import { RolePicker } from '../role-picker.js';

export function NewServiceAccountDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t('people.service.add')}>
      <NewServiceAccountForm onClose={onClose} />
    </Modal>
  );
}

function NewServiceAccountForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [username, setUsername] = useState('');
  const [name, setName] = useState('');
  const [roles, setRoles] = useState(['MEMBER']);
  const [{ error, fetching }, create] = useMutation(CreateServiceAccountDocument);
  const failure = useMemo(() => (error ? failureOf(error) : null), [error]);
  const { errorAt, edited } = useAccountFieldErrors(failure);
  const form = useFocusInvalid(failure);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { data } = await create({ input: { username, roles, ...(name === '' ? {} : { name }) } });
    if (data) await navigate(`/people/${data.createServiceAccount.user.id}`);
  };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        {failure && !isFieldError(failure) && <FailureAlert failure={failure} />}
        <Text size="sm" c="dimmed">
          {t('people.service.hint')}
        </Text>
        <TextInput
          label={t('domain.fields.username')}
          value={username}
          error={errorAt('username')}
          autoComplete="off"
          autoCapitalize="none"
          onChange={(event) => {
            edited('username');
            setUsername(event.currentTarget.value);
          }}
          data-autofocus
        />
        <TextInput
          label={t('people.service.purpose')}
          value={name}
          error={errorAt('name')}
          autoComplete="off"
          onChange={(event) => {
            edited('name');
            setName(event.currentTarget.value);
          }}
        />
        <Fieldset legend={t('domain.fields.roles')}>
          <RolePicker value={roles} onChange={setRoles} />
        </Fieldset>
        <DialogButtons onCancel={onClose} submit={t('people.create')} loading={fetching} />
      </Stack>
    </form>
  );
}
