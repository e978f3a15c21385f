import { Button, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { TotpEnrollment } from '../domain/factors/totp-enrollment.js';
import { useSession } from '../session/session-context.js';
import { SignedOutPage } from '../ui/signed-out-page.js';

/** All that a session shows whose user must enrol a second factor first. */
export function RequiredEnrollment({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  return (
    <SignedOutPage title={t('factors.required.title')}>
      <Text size="sm" c="dimmed">
        {t('factors.required.hint')}
      </Text>
      <TotpEnrollment onDone={onDone} />
      <Button variant="subtle" onClick={() => void session.signOut()}>
        {t('shell.signOut')}
      </Button>
    </SignedOutPage>
  );
}
