import { Alert, Button, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../../api/failure.js';
import { post } from '../../api/post.js';
import { NewPasswordField } from '../../domain/new-password-field.js';
import { isFieldError, useAccountFieldErrors } from '../../domain/use-account-field-errors.js';
import { ResetPasswordWithLinkDocument } from '../../generated/graphql.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { useSubmission } from '../../ui/use-submission.js';

interface ResetPasswordFormProps {
  readonly token: string;
  readonly onDone: () => void;
}

export function ResetPasswordForm({ token, onDone }: ResetPasswordFormProps) {
  const { t } = useTranslation();
  const [newPassword, setNewPassword] = useState('');
  const { submit, pending, failure } = useSubmission();
  const { errorAt, edited } = useAccountFieldErrors(failure);
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    await submit(async () => {
      await post(ResetPasswordWithLinkDocument, { input: { token, newPassword } });
      onDone();
    });
  };
  return (
    <form onSubmit={(event) => void onSubmit(event)}>
      <Stack gap="sm">
        <Text c="dimmed" size="sm">
          {t('resetPassword.intro')}
        </Text>
        {failure && !isFieldError(failure) && <LinkFailure failure={failure} />}
        <NewPasswordField
          label={t('resetPassword.newPassword')}
          value={newPassword}
          error={errorAt('newPassword')}
          onEdit={(password) => {
            edited('newPassword');
            setNewPassword(password);
          }}
        />
        <Button type="submit" loading={pending} fullWidth mt="xs">
          {t('resetPassword.submit')}
        </Button>
      </Stack>
    </form>
  );
}

function LinkFailure({ failure }: { failure: Failure }) {
  const { t } = useTranslation();
  if (failure.code !== 'FORBIDDEN') return <FailureAlert failure={failure} />;
  return (
    <Alert color="orange" variant="light" role="alert">
      {t('resetPassword.invalid')}
    </Alert>
  );
}
