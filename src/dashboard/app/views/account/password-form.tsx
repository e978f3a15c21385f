import { Button, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { failureOf } from '../../api/failure.js';
import { NewPasswordField } from '../../domain/new-password-field.js';
import { isFieldError, useAccountFieldErrors } from '../../domain/use-account-field-errors.js';
import { ChangePasswordDocument } from '../../generated/graphql.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { PasswordField } from '../../ui/password-field.js';
import { Section } from '../../ui/section.js';

export function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const { t } = useTranslation();
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const [{ error, fetching }, change] = useMutation(ChangePasswordDocument);
  const failure = useMemo(() => (error ? failureOf(error) : null), [error]);
  const { errorAt, edited } = useAccountFieldErrors(failure);
  const isWrong = failure?.code === 'BAD_CREDENTIALS';

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { error } = await change({ input: { currentPassword, newPassword } });
    if (error) return;
    notifications.show({ message: t('account.changed') });
    onChanged();
  };
  return (
    <Section title={t('account.password')}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {t('account.passwordHint')}
          </Text>
          {failure && !isWrong && !isFieldError(failure) && <FailureAlert failure={failure} />}
          <PasswordField
            label={t('account.current')}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={currentPassword}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            error={isWrong && t('account.wrong')}
          />
          <NewPasswordField
            label={t('account.next')}
            value={newPassword}
            error={errorAt('newPassword')}
            onEdit={(password) => {
              edited('newPassword');
              setNew(password);
            }}
          />
          <Button type="submit" loading={fetching} style={{ alignSelf: 'flex-start' }}>
            {t('account.change')}
          </Button>
        </Stack>
      </form>
    </Section>
  );
}
