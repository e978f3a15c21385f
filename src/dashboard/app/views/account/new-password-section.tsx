import { Button, Stack, Text } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../../api/failure.js';
import { NewPasswordField } from '../../domain/new-password-field.js';
import { isFieldError, useAccountFieldErrors } from '../../domain/use-account-field-errors.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Section } from '../../ui/section.js';

interface NewPasswordSectionProps {
  readonly title: string;
  readonly hint: string;
  /** The text of the button. */
  readonly submit: string;
  readonly pending: boolean;
  /** Must keep its identity between renders. */
  readonly failure: Failure | null;
  /** The code of a failure that the children show. */
  readonly shownCode: string;
  readonly onSubmit: (newPassword: string) => Promise<void>;
  /** Comes before the new password. */
  readonly children: ReactNode;
}

/** The form in which people choose their password. */
export function NewPasswordSection({
  title,
  hint,
  submit,
  pending,
  failure,
  shownCode,
  onSubmit,
  children,
}: NewPasswordSectionProps) {
  const { t } = useTranslation();
  const [newPassword, setNew] = useState('');
  const { errorAt, edited } = useAccountFieldErrors(failure);
  const onFormSubmit = (event: FormEvent) => {
    event.preventDefault();
    void onSubmit(newPassword);
  };
  return (
    <Section title={title}>
      <form onSubmit={onFormSubmit}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {hint}
          </Text>
          {failure && failure.code !== shownCode && !isFieldError(failure) && (
            <FailureAlert failure={failure} />
          )}
          {children}
          <NewPasswordField
            label={t('account.next')}
            value={newPassword}
            error={errorAt('newPassword')}
            onEdit={(password) => {
              edited('newPassword');
              setNew(password);
            }}
          />
          <Button type="submit" loading={pending} style={{ alignSelf: 'flex-start' }}>
            {submit}
          </Button>
        </Stack>
      </form>
    </Section>
  );
}
