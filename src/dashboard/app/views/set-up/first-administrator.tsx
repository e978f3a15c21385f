import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Failure } from '../../api/failure.js';
import { LONGEST_USERNAME, SHORTEST_PASSWORD } from '../../api/limits.js';
import { post } from '../../api/post.js';
import { useAccountFieldErrors } from '../../domain/use-account-field-errors.js';
import { CreateFirstAdministratorDocument, LoginDocument } from '../../generated/graphql.js';
import { browserDeviceId } from '../../session/device-id.js';
import { useSession } from '../../session/session-context.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { PasswordField } from '../../ui/password-field.js';
import { useSubmission } from '../../ui/use-submission.js';

/** Creates the account, and signs in with it. */
export function FirstAdministrator({ token }: { token: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const { attempt, pending, failure } = useSubmission();
  const { problem, changed } = useAccountFieldErrors(failure);
  // Here a phone is not another way in.
  const isInvalid = problem('username') !== null && failure?.code === 'INVALID_INPUT';
  const usernameProblem = isInvalid ? t('setUp.invalidUsername') : problem('username');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    return attempt(async () => {
      await post(CreateFirstAdministratorDocument, { token, username, password });
      const input = { username, password, deviceId: browserDeviceId() };
      await post(LoginDocument, { input }).then(
        ({ login }) => session.open(login),
        // The account is there all the same.
        () => navigate('/sign-in'),
      );
    });
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <Text c="dimmed">{t('setUp.intro')}</Text>
        {failure && failure.field === null && <Refused failure={failure} />}
        <TextInput
          label={t('setUp.username')}
          autoComplete="username"
          autoCapitalize="none"
          required
          withAsterisk={false}
          maxLength={LONGEST_USERNAME}
          value={username}
          onChange={(event) => {
            changed('username');
            setUsername(event.currentTarget.value);
          }}
          error={usernameProblem}
        />
        <PasswordField
          label={t('setUp.password')}
          description={t('people.passwordHint')}
          autoComplete="new-password"
          required
          withAsterisk={false}
          minLength={SHORTEST_PASSWORD}
          value={password}
          onChange={(event) => {
            changed('password');
            setPassword(event.currentTarget.value);
          }}
          error={problem('password')}
        />
        <Button type="submit" loading={pending} fullWidth mt="xs">
          {t('setUp.submit')}
        </Button>
      </Stack>
    </form>
  );
}

function Refused({ failure }: { failure: Failure }) {
  const { t } = useTranslation();
  if (failure.code !== 'FORBIDDEN' && failure.code !== 'CONFLICT') return <FailureAlert failure={failure} />;
  return (
    <Alert color="orange" variant="light" role="alert">
      {t(failure.code === 'FORBIDDEN' ? 'setUp.invalid' : 'setUp.done')}{' '}
      <Anchor component={Link} to="/sign-in" inherit underline="always">
        {t('setUp.toSignIn')}
      </Anchor>
    </Alert>
  );
}
