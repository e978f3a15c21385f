import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { failureOf } from '../../../api/failure.js';
import {
  ClaimDeviceDocument,
  DeviceClaimDocument,
  type DeviceClaimQuery,
} from '../../../generated/graphql.js';
import { FailureAlert } from '../../../ui/failure-alert.js';
import { useSubmission } from '../../../ui/use-submission.js';
import { ClaimPreview } from './claim-preview.js';

type ClaimingDevice = DeviceClaimQuery['deviceClaim'];

/** Claims the device that shows a code, once the owner has recognised it. */
export function ClaimForm() {
  const { t } = useTranslation();
  const client = useClient();
  const { submit, pending, failure } = useSubmission();
  const [code, setCode] = useState('');
  const [device, setDevice] = useState<ClaimingDevice | null>(null);
  const [claimed, setClaimed] = useState<string | null>(null);
  const isWrong = failure?.code === 'NOT_FOUND';

  const find = (event: FormEvent) => {
    event.preventDefault();
    setClaimed(null);
    void submit(async () => {
      const { data, error } = await client.query(
        DeviceClaimDocument,
        { code },
        { requestPolicy: 'network-only' },
      );
      if (error) throw failureOf(error);
      setDevice(data?.deviceClaim ?? null);
    });
  };
  const claim = async () => {
    const refused = await submit(async () => {
      const { data, error } = await client.mutation(ClaimDeviceDocument, { input: { code } });
      if (error) throw failureOf(error);
      if (data) setClaimed(data.claimDevice.name ?? data.claimDevice.clientId);
      setCode('');
    });
    if (refused === null || refused.code === 'NOT_FOUND') setDevice(null);
  };

  if (device) {
    return (
      <Stack gap="sm">
        {failure && <FailureAlert failure={failure} />}
        <ClaimPreview device={device} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => setDevice(null)}>
            {t('fleet.add.notMine')}
          </Button>
          <Button loading={pending} onClick={() => void claim()}>
            {t('fleet.add.claim')}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form onSubmit={find}>
      <Stack gap="sm">
        {failure && !isWrong && <FailureAlert failure={failure} />}
        {claimed !== null && (
          <Alert color="teal" variant="light" role="status">
            {t('fleet.add.claimed', { device: claimed })}
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
          <Button type="submit" loading={pending} disabled={code.trim() === ''}>
            {t('fleet.add.find')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
