import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../api/post.js';
import { Failed } from '../feedback/failed.js';
import { CreateCaptchaDocument, LoginDocument } from '../generated/graphql.js';
import { browserDeviceId } from '../session/device-id.js';
import { useSession } from '../session/session-context.js';
import { useAttempt } from './attempt.js';
import { CaptchaInput } from './captcha-input.js';

/** A picture is asked for only where the gateway asks for it. */
export function PasswordForm() {
  const { t } = useTranslation();
  const session = useSession();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [captcha, setCaptcha] = useState('');
  const [picture, setPicture] = useState<string | null>(null);
  const { attempt, pending, failure } = useAttempt();

  const askPicture = async () => {
    const input = { type: 'IMAGE', deviceId: browserDeviceId() } as const;
    const { createCaptcha } = await post(CreateCaptchaDocument, { input });
    setCaptcha('');
    setPicture(createCaptcha.image);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const refused = await attempt(async () => {
      const answer = picture ? { captcha } : {};
      const input = { username, password, deviceId: browserDeviceId(), ...answer };
      session.open((await post(LoginDocument, { input })).login);
    });
    // A picture is good for one try.
    if (refused && (picture || refused.code === 'CAPTCHA_REQUIRED')) await askPicture().catch(() => {});
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        {failure && <Failed failure={failure} />}
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
        <PasswordInput
          label={t('signIn.password')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {picture && (
          <CaptchaInput
            picture={picture}
            value={captcha}
            onChange={setCaptcha}
            onRenew={() => void askPicture().catch(() => {})}
          />
        )}
        <Button type="submit" loading={pending} fullWidth mt="xs">
          {t('signIn.submit')}
        </Button>
      </Stack>
    </form>
  );
}
