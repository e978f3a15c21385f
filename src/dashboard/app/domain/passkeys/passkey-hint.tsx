import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { localhostUrl, passkeySupport } from './browser-passkeys.js';

/** Says why passkeys do not work on this page; nothing where they do. */
export function PasskeyHint() {
  const { t } = useTranslation();
  const support = passkeySupport();
  if (support === 'supported') return null;
  if (support === 'unsupported') return <Hint>{t('passkeys.unsupported')}</Hint>;
  const url = localhostUrl();
  return (
    <Hint>
      {t('passkeys.byName')}{' '}
      {url && (
        <Anchor href={url} inherit underline="always">
          {url}
        </Anchor>
      )}
    </Hint>
  );
}

const Hint = ({ children }: { children: React.ReactNode }) => (
  <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
    {children}
  </Text>
);
