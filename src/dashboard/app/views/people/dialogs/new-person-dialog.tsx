import { Fieldset, Modal, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ChangeEvent, type FormEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useMutation } from 'urql';
import { failureOf } from '../../../api/failure';
import { SHORTEST_PASSWORD } from '../../../api/limits';
import { displayName } from '../../../domain/display-name';
import { isFieldError, useAccountFieldErrors } from '../../../domain/use-account-field-errors';
import { CreateUserDocument } from '../../../generated/graphql';
import { DialogButtons } from '../../../ui/dialog-buttons.js';
import { FailureAlert } from '../../../ui/failure-alert';
import { PasswordField } from '../../../ui/password-field';
import { useFocusInvalid } from '../../../ui/use-focus-invalid';
import { RolePicker } from '../role-picker';

const empty = { username: '', phone: '', name: '', email: '', password: '' };

export function NewPersonDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t('people.add')}>
      <NewPersonForm onClose={onClose} />
    </Modal>
  );
}

function NewPersonForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [fields, setFields] = useState(empty);
  const [roles, setRoles] = useState(['MEMBER']);
  const [{ error, fetching }, create] = useMutation(CreateUserDocument);
  const failure = useMemo(() => (error ? failureOf(error) : null), [error]);
  const { errorAt, edited } = useAccountFieldErrors(failure);
  const form = useFocusInvalid(failure);

  const field = (name: keyof typeof empty) => ({
    label: t(`domain.fields.${name}`),
    value: fields[name],
    error: errorAt(name),
    onChange: (event: ChangeEvent<HTMLInputElement>) => {
      edited(name);
      setFields({ ...fields, [name]: event.currentTarget.value });
    },
  });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const entered = Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== ''));
    const { data } = await create({ input: { ...entered, roles } });
    if (!data) return;
    const { user } = data.createUser;
    notifications.show({ message: t('people.created', { name: displayName(user) }) });
    await navigate(`/people/${user.id}`);
  };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        {failure && !isFieldError(failure) && <FailureAlert failure={failure} />}
        <Text size="sm" c="dimmed">
          {t('people.nameOrPhone')}
        </Text>
        <TextInput {...field('username')} autoComplete="off" autoCapitalize="none" data-autofocus />
        <TextInput {...field('phone')} type="tel" autoComplete="off" />
        <TextInput {...field('name')} autoComplete="off" />
        <TextInput {...field('email')} type="email" autoComplete="off" />
        <PasswordField
          {...field('password')}
          description={t('people.passwordOrPhone')}
          autoComplete="new-password"
          minLength={SHORTEST_PASSWORD}
        />
        <Fieldset legend={t('domain.fields.roles')}>
          <RolePicker value={roles} onChange={setRoles} />
        </Fieldset>
        <DialogButtons onCancel={onClose} submit={t('people.create')} loading={fetching} />
      </Stack>
    </form>
  );
}
