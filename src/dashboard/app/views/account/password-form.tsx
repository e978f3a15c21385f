import { notifications } from '@mantine/notifications';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { failureOf } from '../../api/failure.js';
import { ChangePasswordDocument } from '../../generated/graphql.js';
import { PasswordField } from '../../ui/password-field.js';
import { NewPasswordSection } from './new-password-section.js';

const WRONG = 'BAD_CREDENTIALS';

export function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const { t } = useTranslation();
  const [currentPassword, setCurrent] = useState('');
  const [{ error, fetching }, change] = useMutation(ChangePasswordDocument);
  const failure = useMemo(() => (error ? failureOf(error) : null), [error]);
  const submit = async (newPassword: string) => {
    const { error } = await change({ input: { currentPassword, newPassword } });
    if (error) return;
    notifications.show({ message: t('account.changed') });
    onChanged();
  };
  return (
    <NewPasswordSection
      title={t('account.password')}
      hint={t('account.passwordHint')}
      submit={t('account.change')}
      pending={fetching}
      failure={failure}
      shownCode={WRONG}
      onSubmit={submit}
    >
      <PasswordField
        label={t('account.current')}
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={currentPassword}
        onChange={(event) => setCurrent(event.currentTarget.value)}
        error={failure?.code === WRONG && t('account.wrong')}
      />
    </NewPasswordSection>
  );
}
