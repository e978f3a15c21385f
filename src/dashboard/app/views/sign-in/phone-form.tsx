import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/post.js';
import { CreateCaptchaDocument, LoginWithPhoneDocument } from '../../generated/graphql.js';
import { browserDeviceId } from '../../session/device-id.js';
import { useSession } from '../../session/session-context.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { useSubmission } from '../../ui/use-submission.js';
import { CaptchaInput } from './captcha-input.js';
import { useCaptcha } from './use-captcha.js';

/** The gateway sends one SMS per number and minute. */
const RESEND_SECONDS = 60;

export function PhoneForm() {
  const { t } = useTranslation();
  const session = useSession();
  const [phone, setPhone] = useState('');
  const [code, setCode] = useState('');
  const [sentTo, setSentTo] = useState<string | null>(null);
  const [wait, setWait] = useCountdown();
  const captcha = useCaptcha();
  const sending = useSubmission();
  const signingIn = useSubmission();
  /** Its failure is shown. */
  const [latest, setLatest] = useState<'sending' | 'signingIn'>('sending');

  const send = async () => {
    setLatest('sending');
    const failed = await sending.submit(() =>
      captcha.attempt(async (solved) => {
        const input = { type: 'SMS', phone, deviceId: browserDeviceId(), ...solved } as const;
        await post(CreateCaptchaDocument, { input });
        setSentTo(phone);
        setWait(RESEND_SECONDS);
      }),
    );
    if (failed?.retryAfter) setWait(Math.ceil(failed.retryAfter));
  };
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    setLatest('signingIn');
    await signingIn.submit(async () => {
      const input = { phone, captcha: code, deviceId: browserDeviceId() };
      session.open((await post(LoginWithPhoneDocument, { input })).loginWithPhone);
    });
  };
  const { failure } = latest === 'sending' ? sending : signingIn;
  return (
    <form onSubmit={(event) => void onSubmit(event)}>
      <Stack gap="sm">
        {failure && <FailureAlert failure={failure} />}
        <TextInput
          label={t('signIn.phone')}
          type="tel"
          autoComplete="tel"
          required
          withAsterisk={false}
          value={phone}
          onChange={(event) => setPhone(event.currentTarget.value)}
        />
        <CaptchaInput captcha={captcha} required={false} />
        <Group align="end" gap="xs" wrap="nowrap">
          <TextInput
            flex={1}
            label={t('signIn.code')}
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            withAsterisk={false}
            maxLength={6}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <Button
            variant="default"
            disabled={wait > 0 || phone.trim() === ''}
            loading={sending.pending}
            onClick={() => void send()}
          >
            {wait > 0 ? t('signIn.resendIn', { count: wait }) : t('signIn.sendCode')}
          </Button>
        </Group>
        {sentTo && (
          <Text size="sm" c="dimmed" role="status">
            {t('signIn.codeSent', { phone: sentTo })}
          </Text>
        )}
        <Button type="submit" loading={signingIn.pending} fullWidth mt="xs">
          {t('signIn.submit')}
        </Button>
      </Stack>
    </form>
  );
}

/** The seconds left, counting down to 0, and a function that starts it. */
function useCountdown(): [number, (seconds: number) => void] {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, setLeft];
}
