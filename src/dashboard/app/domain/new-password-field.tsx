import { useTranslation } from 'react-i18next';
import { SHORTEST_PASSWORD } from '../api/limits.js';
import { PasswordField } from '../ui/password-field.js';

interface NewPasswordFieldProps {
  readonly label: string;
  readonly value: string;
  readonly error: string | null;
  readonly onEdit: (password: string) => void;
}

/** A required new password, with a hint at its rules. */
export function NewPasswordField({ label, value, error, onEdit }: NewPasswordFieldProps) {
  const { t } = useTranslation();
  return (
    <PasswordField
      label={label}
      description={t('domain.passwordHint')}
      autoComplete="new-password"
      required
      withAsterisk={false}
      minLength={SHORTEST_PASSWORD}
      value={value}
      error={error}
      onChange={(event) => onEdit(event.currentTarget.value)}
    />
  );
}
