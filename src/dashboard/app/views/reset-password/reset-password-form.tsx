import { Alert, Button, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../../api/failure.js';
import { SHORTEST_PASSWORD } from '../../api/limits.js';
import { post } from '../../api/post.js';
import { isFieldError, useAccountFieldErrors } from '../../domain/use-account-field-errors.js';
import { ResetPasswordWithLinkDocument } from '../../generated/graphql.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { PasswordField } from '../../ui/password-field.js';
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
        <PasswordField
          label={t('resetPassword.newPassword')}
          description={t('domain.passwordHint')}
          autoComplete="new-password"
          required
          withAsterisk={false}
          minLength={SHORTEST_PASSWORD}
          value={newPassword}
          onChange={(event) => {
            edited('newPassword');
            setNewPassword(event.currentTarget.value);
          }}
          error={errorAt('newPassword')}
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
