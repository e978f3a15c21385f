import { Alert } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { failureOf } from '../../api/failure.js';
import { SetPasswordDocument } from '../../generated/graphql.js';
import { NewPasswordSection } from './new-password-section.js';

const TOO_LATE = 'FORBIDDEN';

/** For accounts without a password. The gateway accepts one only shortly after a sign-in by SMS. */
export function FirstPasswordForm({ onChanged }: { onChanged: () => void }) {
  const { t } = useTranslation();
  const [{ error, fetching }, set] = useMutation(SetPasswordDocument);
  const failure = useMemo(() => (error ? failureOf(error) : null), [error]);
  const submit = async (newPassword: string) => {
    const { error } = await set({ input: { newPassword } });
    if (error) return;
    notifications.show({ message: t('account.firstSet') });
    onChanged();
  };
  return (
    <NewPasswordSection
      title={t('account.first')}
      hint={t('account.firstHint')}
      submit={t('account.first')}
      pending={fetching}
      failure={failure}
      shownCode={TOO_LATE}
      onSubmit={submit}
    >
      {failure?.code === TOO_LATE && (
        <Alert color="orange" variant="light" role="alert">
          {t('account.firstTooLate')}
        </Alert>
      )}
    </NewPasswordSection>
  );
}
