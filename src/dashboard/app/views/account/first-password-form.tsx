import { Alert, Button, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { failureOf } from '../../api/failure.js';
import { NewPasswordField } from '../../domain/new-password-field.js';
import { isFieldError, useAccountFieldErrors } from '../../domain/use-account-field-errors.js';
import { SetPasswordDocument } from '../../generated/graphql.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Section } from '../../ui/section.js';

/** For accounts without a password. The gateway accepts one only shortly after a sign-in by SMS. */
export function FirstPasswordForm({ onChanged }: { onChanged: () => void }) {
  const { t } = useTranslation();
  const [newPassword, setNew] = useState('');
  const [{ error, fetching }, set] = useMutation(SetPasswordDocument);
  const failure = useMemo(() => (error ? failureOf(error) : null), [error]);
  const { errorAt, edited } = useAccountFieldErrors(failure);
  const isTooLate = failure?.code === 'FORBIDDEN';

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { error } = await set({ input: { newPassword } });
    if (error) return;
    notifications.show({ message: t('account.firstSet') });
    onChanged();
  };
  return (
    <Section title={t('account.first')}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {t('account.firstHint')}
          </Text>
          {isTooLate && (
            <Alert color="orange" variant="light" role="alert">
              {t('account.firstTooLate')}
            </Alert>
          )}
          {failure && !isTooLate && !isFieldError(failure) && <FailureAlert failure={failure} />}
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
            {t('account.first')}
          </Button>
        </Stack>
      </form>
    </Section>
  );
}
