import { ActionIcon, Group, TextInput, Tooltip } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ImageCaptcha } from './use-captcha.js';

interface CaptchaInputProps {
  readonly captcha: ImageCaptcha;
  readonly required: boolean;
}

/** Renders nothing while no captcha is required. */
export function CaptchaInput({ captcha, required }: CaptchaInputProps) {
  const { t } = useTranslation();
  if (!captcha.image) return null;
  return (
    <Group align="end" gap="xs" wrap="nowrap">
      <TextInput
        flex={1}
        label={t('signIn.captcha')}
        autoComplete="off"
        autoCapitalize="none"
        required={required}
        withAsterisk={false}
        maxLength={8}
        value={captcha.answer}
        onChange={(event) => captcha.setAnswer(event.currentTarget.value)}
      />
      <img src={captcha.image} alt={t('signIn.captchaAlt')} height={36} style={{ borderRadius: 8 }} />
      <Tooltip label={t('signIn.newCaptcha')}>
        <ActionIcon
          size={36}
          variant="default"
          onClick={() => void captcha.renew()}
          aria-label={t('signIn.newCaptcha')}
        >
          <IconRefresh size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
