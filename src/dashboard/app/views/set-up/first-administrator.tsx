import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Failure } from '../../api/failure.js';
import { LONGEST_USERNAME } from '../../api/limits.js';
import { post } from '../../api/post.js';
import { NewPasswordField } from '../../domain/new-password-field.js';
import { useAccountFieldErrors } from '../../domain/use-account-field-errors.js';
import { CreateFirstAdministratorDocument, LoginDocument } from '../../generated/graphql.js';
import { browserDeviceId } from '../../session/device-id.js';
import { useSession } from '../../session/session-context.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { useSubmission } from '../../ui/use-submission.js';

/** Creates the first account and signs in with it. */
export function FirstAdministrator({ token }: { token: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const { submit, pending, failure } = useSubmission();
  const { errorAt, edited } = useAccountFieldErrors(failure);
  // The general message also mentions a phone, which this form does not have.
  const isInvalid = errorAt('username') !== null && failure?.code === 'INVALID_INPUT';
  const usernameError = isInvalid ? t('setUp.invalidUsername') : errorAt('username');

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    return submit(async () => {
      await post(CreateFirstAdministratorDocument, { input: { token, username, password } });
      const input = { username, password, deviceId: browserDeviceId() };
      await post(LoginDocument, { input }).then(
        ({ login }) => session.open(login),
        // The account exists even if this login failed.
        () => navigate('/sign-in'),
      );
    });
  };
  return (
    <form onSubmit={(event) => void onSubmit(event)}>
      <Stack gap="sm">
        <Text c="dimmed">{t('setUp.intro')}</Text>
        {failure && failure.field === null && <SetUpFailure failure={failure} />}
        <TextInput
          label={t('setUp.username')}
          autoComplete="username"
          autoCapitalize="none"
          required
          withAsterisk={false}
          maxLength={LONGEST_USERNAME}
          value={username}
          onChange={(event) => {
            edited('username');
            setUsername(event.currentTarget.value);
          }}
          error={usernameError}
        />
        <NewPasswordField
          label={t('setUp.password')}
          value={password}
          error={errorAt('password')}
          onEdit={(password) => {
            edited('password');
            setPassword(password);
          }}
        />
        <Button type="submit" loading={pending} fullWidth mt="xs">
          {t('setUp.submit')}
        </Button>
      </Stack>
    </form>
  );
}

function SetUpFailure({ failure }: { failure: Failure }) {
  const { t } = useTranslation();
  if (failure.code !== 'FORBIDDEN' && failure.code !== 'CONFLICT') return <FailureAlert failure={failure} />;
  return (
    <Alert color="orange" variant="light" role="alert">
      {t(failure.code === 'FORBIDDEN' ? 'setUp.invalid' : 'setUp.done')}
      <Anchor component={Link} to="/sign-in" inherit c="inherit" underline="always" display="block">
        {t('setUp.toSignIn')}
      </Anchor>
    </Alert>
  );
}
