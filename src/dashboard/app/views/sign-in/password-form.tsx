import { Anchor, Button, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { post } from '../../api/post.js';
import { LoginDocument } from '../../generated/graphql.js';
import { browserDeviceId } from '../../session/device-id.js';
import { useSession } from '../../session/session-context.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { PasswordField } from '../../ui/password-field.js';
import { useSubmission } from '../../ui/use-submission.js';
import { CaptchaInput } from './captcha-input.js';
import { useCaptcha } from './use-captcha.js';

export function PasswordForm() {
  const { t } = useTranslation();
  const session = useSession();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const captcha = useCaptcha();
  const { submit, pending, failure } = useSubmission();

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    await submit(() =>
      captcha.attempt(async (solved) => {
        const input = { username, password, deviceId: browserDeviceId(), ...solved };
        await session.signIn(async () => (await post(LoginDocument, { input })).login);
      }),
    );
  };
  return (
    <form onSubmit={(event) => void onSubmit(event)}>
      <Stack gap="sm">
        {failure && <FailureAlert failure={failure} />}
        <TextInput
          label={t('signIn.account')}
          autoComplete="username"
          autoCapitalize="none"
          required
          withAsterisk={false}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          data-autofocus
        />
        <PasswordField
          label={t('signIn.password')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <CaptchaInput captcha={captcha} required />
        <Button type="submit" loading={pending} fullWidth mt="xs">
          {t('signIn.submit')}
        </Button>
        <Anchor component={Link} to="/forgot-password" size="sm" ta="center">
          {t('signIn.forgot.link')}
        </Anchor>
      </Stack>
    </form>
  );
}
