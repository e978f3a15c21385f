import { Modal, Select, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ChangeEvent, type FormEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { failureOf } from '../../../api/failure';
import { LONGEST_PROFILE_TEXT, LONGEST_USERNAME } from '../../../api/limits';
import { isFieldError, useAccountFieldErrors } from '../../../domain/use-account-field-errors';
import { type Gender, type PersonFragment, UpdateUserDocument } from '../../../generated/graphql';
import { DialogButtons } from '../../../ui/dialog-buttons.js';
import { FailureAlert } from '../../../ui/failure-alert';
import { useFocusInvalid } from '../../../ui/use-focus-invalid';

const genders: readonly Gender[] = ['FEMALE', 'MALE'];

interface EditPersonDialogProps {
  readonly person: PersonFragment;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

/** Changes the login names and the profile of a person. */
export function EditPersonDialog({ opened, onClose, ...form }: EditPersonDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t('people.edit')}>
      <EditPersonForm onClose={onClose} {...form} />
    </Modal>
  );
}

/** An unset field is empty. */
const fieldsOf = (person: PersonFragment) => ({
  username: person.username ?? '',
  phone: person.phone ?? '',
  name: person.name ?? '',
  nickname: person.nickname ?? '',
  email: person.email ?? '',
  gender: person.gender ?? '',
  signature: person.signature ?? '',
  brief: person.brief ?? '',
});

type Fields = ReturnType<typeof fieldsOf>;

function EditPersonForm({ person, onClose, onChanged }: Omit<EditPersonDialogProps, 'opened'>) {
  const { t } = useTranslation();
  // Of the moment when the dialog was opened: only what was edited since is sent.
  const [before] = useState(() => fieldsOf(person));
  const [fields, setFields] = useState(before);
  const [{ error, fetching }, update] = useMutation(UpdateUserDocument);
  const failure = useMemo(() => (error ? failureOf(error) : null), [error]);
  const { errorAt, edited } = useAccountFieldErrors(failure);
  const form = useFocusInvalid(failure);
  const text = (name: Exclude<keyof Fields, 'gender'>) => ({
    label: t(`domain.fields.${name}`),
    value: fields[name],
    error: errorAt(name),
    autoComplete: 'off',
    maxLength: LONGEST_PROFILE_TEXT,
    onChange: (event: ChangeEvent<HTMLInputElement>) => {
      edited(name);
      setFields({ ...fields, [name]: event.currentTarget.value });
    },
  });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const changed = Object.entries(fields).filter(([name, value]) => value !== before[name as keyof Fields]);
    const input = Object.fromEntries(changed.map(([name, value]) => [name, value || null]));
    const { error } = await update({ input: { id: person.id, ...input } });
    if (error) return;
    notifications.show({ message: t('people.edited') });
    onChanged();
    onClose();
  };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        {failure && !isFieldError(failure) && <FailureAlert failure={failure} />}
        <TextInput {...text('username')} maxLength={LONGEST_USERNAME} autoCapitalize="none" data-autofocus />
        <TextInput {...text('phone')} type="tel" description={t('people.newPhone')} />
        <TextInput {...text('name')} />
        <TextInput {...text('nickname')} />
        <TextInput {...text('email')} type="email" />
        <Select
          label={t('domain.fields.gender')}
          data={genders.map((value) => ({ value, label: t(`domain.genders.${value}`) }))}
          value={fields.gender || null}
          onChange={(gender) => setFields({ ...fields, gender: gender ?? '' })}
          clearable
        />
        <TextInput {...text('signature')} />
        <TextInput {...text('brief')} />
        <DialogButtons onCancel={onClose} submit={t('people.save')} loading={fetching} />
      </Stack>
    </form>
  );
}
