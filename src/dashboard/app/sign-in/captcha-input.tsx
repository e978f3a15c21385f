import { ActionIcon, Group, TextInput, Tooltip } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

interface CaptchaInputProps {
  /** A data URI. */
  readonly picture: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onRenew: () => void;
}

export function CaptchaInput({ picture, value, onChange, onRenew }: CaptchaInputProps) {
  const { t } = useTranslation();
  return (
    <Group align="end" gap="xs" wrap="nowrap">
      <TextInput
        flex={1}
        label={t('signIn.captcha')}
        autoComplete="off"
        autoCapitalize="none"
        required
        withAsterisk={false}
        maxLength={8}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <img src={picture} alt={t('signIn.captchaAlt')} height={36} style={{ borderRadius: 8 }} />
      <Tooltip label={t('signIn.anotherCaptcha')}>
        <ActionIcon size={36} variant="default" onClick={onRenew} aria-label={t('signIn.anotherCaptcha')}>
          <IconRefresh size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
