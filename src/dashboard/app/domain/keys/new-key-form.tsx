import { Checkbox, Select, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { type Failure, failureOf } from '../../api/failure.js';
import { CreateApiKeyDocument, type Permission } from '../../generated/graphql.js';
import { DialogButtons } from '../../ui/dialog-buttons.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { useFocusInvalid } from '../../ui/use-focus-invalid.js';
import { en } from './texts.js';

const LIFETIMES = [7, 30, 90, 365];
const DEFAULT_LIFETIME = '90';
const NEVER = 'never';

type Field = keyof typeof en.invalid;

const fieldOf = ({ code, field }: Failure): Field | null =>
  code === 'INVALID_INPUT' && field !== null && Object.hasOwn(en.invalid, field) ? (field as Field) : null;

interface NewKeyFormProps {
  readonly userId: string;
  readonly grantable: readonly Permission[];
  readonly onCancel: () => void;
  readonly onCreated: (token: string) => void;
}

export function NewKeyForm({ userId, grantable, onCancel, onCreated }: NewKeyFormProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [permissions, setPermissions] = useState<string[]>([]);
  const [lifetime, setLifetime] = useState<string | null>(DEFAULT_LIFETIME);
  const [{ error, fetching }, create] = useMutation(CreateApiKeyDocument);
  const failure = useMemo(() => (error ? failureOf(error) : null), [error]);
  const form = useFocusInvalid(failure);
  const wrong = failure && fieldOf(failure);
  const errorAt = (field: Field) => (wrong === field ? t(`keys.invalid.${field}`) : null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const lifetimeDays = lifetime === null || lifetime === NEVER ? null : Number(lifetime);
    const chosen = grantable.filter((permission) => permissions.includes(permission));
    const { data } = await create({ input: { userId, name, permissions: chosen, lifetimeDays } });
    if (data) onCreated(data.createApiKey.token);
  };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        {failure && !wrong && <FailureAlert failure={failure} />}
        <TextInput
          label={t('keys.name')}
          value={name}
          error={errorAt('name')}
          maxLength={128}
          autoComplete="off"
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Checkbox.Group
          label={t('keys.permissions')}
          value={permissions}
          error={errorAt('permissions')}
          onChange={setPermissions}
        >
          <Stack gap="xs" mt={4}>
            {grantable.map((permission) => (
              <Checkbox key={permission} value={permission} label={t(`keys.permission.${permission}`)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Select
          label={t('keys.lifetime')}
          data={[
            ...LIFETIMES.map((count) => ({ value: String(count), label: t('keys.days', { count }) })),
            { value: NEVER, label: t('keys.never') },
          ]}
          value={lifetime}
          onChange={setLifetime}
          allowDeselect={false}
        />
        <DialogButtons onCancel={onCancel} submit={t('keys.create')} loading={fetching} />
      </Stack>
    </form>
  );
}
