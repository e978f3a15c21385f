import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { dataOf } from '../../api/data-of.js';
import {
  FinishPasskeyRegistrationDocument,
  StartPasskeyRegistrationDocument,
} from '../../generated/graphql.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { useSubmission } from '../../ui/use-submission.js';
import { RecoveryCodes } from '../factors/recovery-codes.js';
import { createPasskey } from './browser-passkeys.js';

interface NewPasskeyProps {
  readonly onAdded: () => void;
  readonly onCancel?: () => void;
}

/** Adds a passkey, and shows the recovery codes of a first factor. */
export function NewPasskey({ onAdded, onCancel }: NewPasskeyProps) {
  const { t } = useTranslation();
  const client = useClient();
  const [name, setName] = useState('');
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const { submit, pending, failure } = useSubmission();
  const isNameWrong = failure?.code === 'INVALID_INPUT' && failure.field === 'name';
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    await submit(async () => {
      const input = { name: name.trim() || null };
      const started = dataOf(await client.mutation(StartPasskeyRegistrationDocument, { input }));
      const credential = await createPasskey(started.startPasskeyRegistration.options);
      const added = dataOf(
        await client.mutation(FinishPasskeyRegistrationDocument, { input: { credential } }),
      );
      const { recoveryCodes } = added.finishPasskeyRegistration;
      if (recoveryCodes) setCodes(recoveryCodes);
      else onAdded();
    });
  };
  if (codes) return <RecoveryCodes codes={codes} onDone={onAdded} />;
  return (
    <form onSubmit={(event) => void onSubmit(event)}>
      <Stack gap="sm">
        <Text size="sm">{t('passkeys.newHint')}</Text>
        <Text size="sm" c="dimmed">
          {t('passkeys.legacy')}
        </Text>
        {failure && !isNameWrong && <FailureAlert failure={failure} />}
        <TextInput
          label={t('passkeys.name')}
          placeholder={t('passkeys.namePlaceholder')}
          value={name}
          error={isNameWrong && t('passkeys.invalidName')}
          maxLength={64}
          autoComplete="off"
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Group justify="flex-end" gap="xs">
          {onCancel && (
            <Button variant="default" onClick={onCancel}>
              {t('ui.cancel')}
            </Button>
          )}
          <Button type="submit" loading={pending}>
            {t('passkeys.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
