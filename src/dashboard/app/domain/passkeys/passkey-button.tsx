import { Button, Divider } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { passkeySupport } from './browser-passkeys.js';

interface PasskeyButtonProps {
  readonly label: string;
  readonly pending: boolean;
  readonly onClick: () => void;
}

/** Offers a passkey beside what a form asks for; nothing where passkeys do not work. */
export function PasskeyButton({ label, pending, onClick }: PasskeyButtonProps) {
  const { t } = useTranslation();
  if (passkeySupport() !== 'supported') return null;
  return (
    <>
      <Button
        variant="default"
        fullWidth
        leftSection={<IconFingerprint size={18} aria-hidden />}
        loading={pending}
        onClick={onClick}
      >
        {label}
      </Button>
      <Divider label={t('passkeys.or')} />
    </>
  );
}
