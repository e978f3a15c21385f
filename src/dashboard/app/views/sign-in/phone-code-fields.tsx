import { Button, Group, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CaptchaInput } from './captcha-input.js';
import type { PhoneCode } from './use-phone-code.js';

interface PhoneCodeFieldsProps {
  readonly value: PhoneCode;
  /** What to say once a code was asked for. */
  readonly sent: (phone: string) => string;
  readonly onSend: () => void;
}

/** A phone, a button that sends a code to it, and the code. */
export function PhoneCodeFields({ value, sent, onSend }: PhoneCodeFieldsProps) {
  const { t } = useTranslation();
  const { phone, setPhone, code, setCode, captcha, sentTo, wait, sending } = value;
  return (
    <>
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
          loading={sending}
          onClick={onSend}
        >
          {wait > 0 ? t('signIn.resendIn', { count: wait }) : t('signIn.sendCode')}
        </Button>
      </Group>
      {sentTo && (
        <Text size="sm" c="dimmed" role="status">
          {sent(sentTo)}
        </Text>
      )}
    </>
  );
}
