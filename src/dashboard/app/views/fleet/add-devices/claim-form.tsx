import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { failureOf } from '../../../api/failure.js';
import { ClaimDeviceDocument } from '../../../generated/graphql.js';
import { FailureAlert } from '../../../ui/failure-alert.js';

/** Claims the device that shows a code. */
export function ClaimForm() {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const [{ data, error, fetching }, claim] = useMutation(ClaimDeviceDocument);
  const failure = error ? failureOf(error) : null;
  const isWrong = failure?.code === 'NOT_FOUND';
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const claimed = await claim({ input: { code } });
    if (claimed.data) setCode('');
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        {failure && !isWrong && <FailureAlert failure={failure} />}
        {data && (
          <Alert color="teal" variant="light" role="status">
            {t('fleet.add.claimed', { device: data.claimDevice.name ?? data.claimDevice.clientId })}
          </Alert>
        )}
        <Text size="sm" c="dimmed">
          {t('fleet.add.codeHint')}
        </Text>
        <TextInput
          label={t('fleet.add.code')}
          value={code}
          error={isWrong && t('fleet.add.wrongCode')}
          maxLength={16}
          autoComplete="off"
          autoCapitalize="characters"
          onChange={(event) => setCode(event.currentTarget.value)}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button type="submit" loading={fetching} disabled={code.trim() === ''}>
            {t('fleet.add.claim')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
