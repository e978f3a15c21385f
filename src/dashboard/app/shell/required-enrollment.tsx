import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TotpEnrollment } from '../domain/factors/totp-enrollment.js';
import { passkeySupport } from '../domain/passkeys/browser-passkeys.js';
import { NewPasskey } from '../domain/passkeys/new-passkey.js';
import { useSession } from '../session/session-context.js';
import { SignedOutPage } from '../ui/frame/signed-out-page.js';

/** All that a session shows whose user must enrol a second factor first. */
export function RequiredEnrollment({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const [byPasskey, setByPasskey] = useState(false);
  return (
    <SignedOutPage title={t('factors.required.title')}>
      <Text size="sm" c="dimmed">
        {t('factors.required.hint')}
      </Text>
      {byPasskey ? <NewPasskey onAdded={onDone} /> : <TotpEnrollment onDone={onDone} />}
      {!byPasskey && passkeySupport() === 'supported' && (
        <Button variant="subtle" onClick={() => setByPasskey(true)}>
          {t('passkeys.instead')}
        </Button>
      )}
      <Button variant="subtle" onClick={() => void session.signOut()}>
        {t('shell.signOut')}
      </Button>
    </SignedOutPage>
  );
}
